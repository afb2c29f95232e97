// The addon through a literal `require` of the platform's package, which tools that embed files in a program follow. Each stands in a
// `try` of its own: by that such tools know that it may be missing, as those of other platforms are.

let failure;

function failed(thrown) {
  const { code, message } = thrown ?? {};
  if (code !== 'MODULE_NOT_FOUND' && !/cannot find (module|package)/i.test(message)) failure = thrown;
}

function open() {
  if (process.platform === 'darwin' && process.arch === 'arm64') {
    try {
      return require('@superconfig/darwin-arm64');
    } catch (thrown) {
      failed(thrown);
    }
  }
  if (process.platform === 'darwin' && process.arch === 'x64') {
    try {
      return require('@superconfig/darwin-x64');
    } catch (thrown) {
      failed(thrown);
    }
  }
  if (process.platform === 'linux' && process.arch === 'arm64') {
    try {
      return require('@superconfig/linux-arm64-gnu');
    } catch (thrown) {
      failed(thrown);
    }
    try {
      return require('@superconfig/linux-arm64-musl');
    } catch (thrown) {
      failed(thrown);
    }
  }
  if (process.platform === 'linux' && process.arch === 'x64') {
    try {
      return require('@superconfig/linux-x64-gnu');
    } catch (thrown) {
      failed(thrown);
    }
    try {
      return require('@superconfig/linux-x64-musl');
    } catch (thrown) {
      failed(thrown);
    }
  }
  if (process.platform === 'win32' && process.arch === 'x64') {
    try {
      return require('@superconfig/win32-x64-msvc');
    } catch (thrown) {
      failed(thrown);
    }
  }
  return undefined;
}

/** Opens the addon of this platform; nothing where it is not in the program. @throws What the system says of one that does not load. */
module.exports = () => {
  failure = undefined;
  const addon = open();
  if (addon === undefined && failure !== undefined) throw failure;
  return addon;
};
