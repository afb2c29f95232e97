// The addons' files as paths that tools which gather the files of a program can read: each is written out, and joined to
// `__dirname`. Tools that move a file beside their bundle put its new path here. CommonJS, as no tool reads computed paths of
// ECMAScript modules.
const { join } = require('node:path');

/** The directory that this runs in, and the file of each platform. A function: in some bundles there is no `__dirname`. */
module.exports = () => ({
  directory: __dirname,
  files: {
    'darwin-arm64': join(__dirname, '../../../../@superconfig/darwin-arm64/superconfig.darwin-arm64.node'),
    'darwin-x64': join(__dirname, '../../../../@superconfig/darwin-x64/superconfig.darwin-x64.node'),
    'linux-arm64-gnu': join(__dirname, '../../../../@superconfig/linux-arm64-gnu/superconfig.linux-arm64-gnu.node'),
    'linux-arm64-musl': join(__dirname, '../../../../@superconfig/linux-arm64-musl/superconfig.linux-arm64-musl.node'),
    'linux-x64-gnu': join(__dirname, '../../../../@superconfig/linux-x64-gnu/superconfig.linux-x64-gnu.node'),
    'linux-x64-musl': join(__dirname, '../../../../@superconfig/linux-x64-musl/superconfig.linux-x64-musl.node'),
    'win32-x64-msvc': join(__dirname, '../../../../@superconfig/win32-x64-msvc/superconfig.win32-x64-msvc.node'),
  },
});
