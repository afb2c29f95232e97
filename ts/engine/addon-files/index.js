// The addons' files as paths that tools which gather the files of a program can read: each is written out, and joined to
// `__dirname`. Tools that move a file beside their bundle put its new path here. CommonJS, as no tool reads computed paths of
// ECMAScript modules.
const { join } = require('node:path');

/** The directory that this runs in, and the file of each platform. A function: in some bundles there is no `__dirname`. */
module.exports = () => ({
  directory: __dirname,
  files: {
    'linux-x64-gnu': join(__dirname, '../../../../@superconfig/linux-x64-gnu/superconfig.linux-x64-gnu.node'),
  },
});
