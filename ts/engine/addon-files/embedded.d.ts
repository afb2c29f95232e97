/** Opens the addon of this platform; nothing where it is not in the program. */
declare function embedded(): unknown;
export = embedded;
