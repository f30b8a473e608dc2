/** What electron-builder packs, and how: `npm run package` for this system, `-- --mac` or `-- --win` on another. */
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

// A runtime on this computer is packed in place of one that would have to be fetched; Electron's own variable.
const electronDist = process.env['ELECTRON_OVERRIDE_DIST_PATH']
const dpkg = '/usr/bin/dpkg-deb'
if (existsSync(dpkg)) process.env['CUSTOM_FPM_PATH'] ??= fileURLToPath(new URL('deb.mjs', import.meta.url))

/** @type {import('electron-builder').Configuration} */
export default {
  appId: 'app.bootwire',
  productName: 'Bootwire',
  copyright: 'The Bootwire authors, MIT licence',
  directories: { output: 'dist/package', buildResources: 'resources/icons' },
  ...(electronDist === undefined ? {} : { electronDist }),
  // koffi brings its binaries for every system, and nothing else is native.
  npmRebuild: false,
  files: [
    'dist/node/**',
    'dist/preload/**',
    'dist/renderer/**',
    'dist/target/**',
    '!**/*.map',
    'package.json',
  ],
  electronLanguages: ['en-US'],
  asar: true,
  // The service runs as a process of its own, serves files of dist/target and loads a native library: none of that from an archive.
  asarUnpack: ['package.json', 'dist/node/**', 'dist/target/**', 'node_modules/**'],
  electronFuses: {
    // The boot service is this program, run as Node: there is no other runtime in the package.
    runAsNode: true,
    enableCookieEncryption: true,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableEmbeddedAsarIntegrityValidation: process.platform !== 'linux',
    onlyLoadAppFromAsar: true,
    grantFileProtocolExtraPrivileges: false,
  },
  /** Electron's own start page, which a runtime from this computer brings along. */
  async afterPack({ appOutDir }) {
    await rm(join(appOutDir, 'resources/default_app.asar'), { force: true })
  },
  linux: {
    target: ['dir', 'deb'],
    executableName: 'bootwire',
    syncDesktopName: true,
    icon: 'resources/icons',
    category: 'System',
    synopsis: 'Boots the machine at the other end of the cable over the network',
    maintainer: 'The Bootwire authors <bootwire@bootwire.example>',
    extraResources: [{ from: 'resources/linux/bootwire-service', to: 'bootwire-service' }],
    desktop: {
      entry: { Keywords: 'boot;PXE;DHCP;TFTP;NFS;netboot;', StartupWMClass: 'bootwire' },
    },
  },
  deb: {
    recommends: ['qemu-system-x86', 'ipxe-qemu', 'pxelinux', 'syslinux-common', 'pkexec'],
    fpm: [
      'resources/linux/app.bootwire.service.policy=/usr/share/polkit-1/actions/app.bootwire.service.policy',
    ],
  },
  mac: {
    target: ['dmg', 'zip'],
    category: 'public.app-category.developer-tools',
    hardenedRuntime: true,
    icon: 'resources/icons/icon.png',
  },
  win: { target: ['nsis'], icon: 'resources/icons/icon.png' },
  nsis: { oneClick: false, perMachine: false },
}
