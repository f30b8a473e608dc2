/**
 * Foreign programs and files that tests and the benchmark meet: other people's clients and servers, and kernels.
 * They are unpacked into `node_modules/.cache` and never installed: some would start a server, become the
 * system's own DHCP client, or add an entry to its boot menu.
 */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { delimiter, dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findProgram, hasApt, knowsPackages, refreshLists } from './debian.mjs'
import { capture } from './step.mjs'

const cache = fileURLToPath(new URL('../node_modules/.cache/bootwire/debian', import.meta.url))
/** A folder for each package, with all that it needs and this system has not: two may have a file of one name. */
const unpacked = (/** @type {string} */ name) => join(cache, 'peers', name)
const programFolders = ['usr/sbin', 'usr/bin', 'sbin', 'bin']
/** Where libraries keep what only they use, which they know by its whole path. */
const ownFolders = ['pulseaudio']

/** Program to Debian package. */
const peers = {
  ip: 'iproute2',
  dnsmasq: 'dnsmasq-base',
  tftp: 'tftp-hpa',
  'in.tftpd': 'tftpd-hpa',
  atftp: 'atftp',
  atftpd: 'atftpd',
  curl: 'curl',
  udhcpc: 'udhcpc',
  dhclient: 'isc-dhcp-client',
  bootpc: 'bootpc',
  perfdhcp: 'kea-admin',
  'nfs-ls': 'libnfs-utils',
  'ganesha.nfsd': 'nfs-ganesha-vfs',
  rpcbind: 'rpcbind',
  tcpdump: 'tcpdump',
  tshark: 'tshark',
  '7zz': '7zip',
  fshfsinfo: 'libfshfs-utils',
  genisoimage: 'genisoimage',
  chromium: 'chromium',
}

/** The same for packages of Debian's section for programs whose licence is not free: few have it in their sources. */
const peersOfNonFree = { 'fsck.hfsplus': 'hfsprogs' }

/**
 * What a process needs in its environment to find the peers; nothing where none was unpacked.
 * @returns {Record<string, string>}
 */
export function peerEnvironment() {
  if (process.platform !== 'linux') return {}
  const programs = foldersOfPeers(programFolders)
  const libraries = foldersOfPeers(['usr/lib', 'lib'])
    .flatMap((folder) =>
      readdirSync(folder)
        .filter((entry) => entry.includes('-linux-gnu'))
        .map((entry) => join(folder, entry)),
    )
    .flatMap((folder) => [folder, ...ownFolders.map((name) => join(folder, name)).filter(existsSync)])
  return {
    PATH: joinPaths(process.env.PATH, '/usr/sbin', '/sbin', ...programs),
    ...(libraries.length > 0
      ? { LD_LIBRARY_PATH: joinPaths(process.env.LD_LIBRARY_PATH, ...libraries) }
      : {}),
    ...fontEnvironment(),
  }
}

/** Chromium ends where it finds no font at all: those that came with it, on a system without any. */
function fontEnvironment() {
  const own = unpacked(peers.chromium)
  const [settings, ownSettings] = ['/', own].map((root) => join(root, 'etc/fonts'))
  if (existsSync(settings) || !existsSync(ownSettings)) return {}
  // The settings name fonts in the user's data too, and by whole paths only beside that.
  return { FONTCONFIG_PATH: ownSettings, XDG_DATA_HOME: join(own, 'usr/share') }
}

/** @param {(string | undefined)[]} paths */
const joinPaths = (...paths) => paths.filter(Boolean).join(delimiter)

/** @param {string[]} names those that there are of these, in all peers */
const foldersOfPeers = (names) =>
  Object.values({ ...peers, ...peersOfNonFree }).flatMap((name) =>
    names.map((folder) => join(unpacked(name), folder)).filter((path) => existsSync(path)),
  )

/**
 * Unpacks the peers that this system has not.
 * @returns {Promise<string[]>} the programs that could not be had
 */
export async function fetchPeers() {
  const absent = (/** @type {Record<string, string>} */ of) =>
    Object.entries(of).filter(([program]) => findProgram(program, peerEnvironment().PATH) === undefined)
  const all = { ...peers, ...peersOfNonFree }
  if (process.platform !== 'linux') return Object.keys(all)
  const wanted = absent(peers)
  // What cannot be had is told by the caller, once, with the others.
  if (wanted.length > 0 && hasApt) {
    if (!(await knowsPackages(['dnsmasq-base']))) await refreshLists()
    for (const [, name] of wanted) await unpackWithNeeds(name).catch(() => undefined)
  }
  const wantedOfNonFree = absent(peersOfNonFree)
  if (wantedOfNonFree.length > 0 && hasApt) {
    const options = await ownLists('non-free')
    for (const [, name] of wantedOfNonFree)
      await unpack([name], unpacked(name), options).catch(() => undefined)
  }
  return absent(all).map(([program]) => program)
}

/**
 * Debian's Chromium itself: what lies on the path is a script that knows it by its whole path. Fetched with the peers.
 * @returns {string | undefined}
 */
export function findChromium() {
  const file = 'usr/lib/chromium/chromium'
  return [join('/', file), join(unpacked(peers.chromium), file)].find((path) => existsSync(path))
}

/**
 * A file of a Debian package, from the system when it is installed there, else from the package.
 * @param {string} name such as `xen-hypervisor-4.17-amd64`, or `gnumach-image-1.8-486:i386` of another architecture
 * @param {string} file its path in the package, without the first `/`
 * @returns {Promise<{ path: string } | { reason: string }>} the reason is a sentence for a skipped test
 */
export async function debianFile(name, file) {
  const own = join(cache, 'files', name.replace(':', '-'))
  const [, architecture] = name.split(':')
  const found = () => [join('/', file), join(own, file)].find((path) => existsSync(path))
  let path = found()
  if (path === undefined && hasApt) {
    const lists = architecture === undefined ? [] : await ownLists('main', architecture)
    await unpack([name], own, lists).catch(() => undefined)
    path = found()
  }
  if (path !== undefined) return { path }
  return {
    reason: hasApt
      ? `The Debian package ${name} could not be fetched.`
      : `It needs /${file} of the Debian package ${name}.`,
  }
}

/** Unpacks a package and every package that it needs and that is not installed. @param {string} name */
async function unpackWithNeeds(name) {
  const { status, output } = await capture('apt-get', [
    '--simulate',
    '--no-install-recommends',
    'install',
    name,
  ])
  if (status !== 0) throw new Error(output)
  const packages = [...output.matchAll(/^Inst (\S+) /gm)].map((match) => /** @type {string} */ (match[1]))
  await unpack(packages, unpacked(name))
}

/**
 * Options with which apt knows packages that it does not know by itself, from lists of our own: this system's stay
 * as they are.
 * @param {string} component such as `non-free`
 * @param {string} [architecture] another than this system's
 * @returns {Promise<string[]>} none when this is no Debian
 */
async function ownLists(component, architecture) {
  const { output } = await capture('apt-get', [
    'indextargets',
    ...['--format', '$(REPO_URI) $(RELEASE) $(COMPONENT) $(ORIGIN)', 'Created-By: Packages'],
  ])
  const [, uri, release] = /^(\S+) ([a-z]+) main Debian$/m.exec(output) ?? []
  if (uri === undefined) return []
  const own = join(cache, `apt-${component}${architecture ?? ''}`)
  const of = architecture === undefined ? '' : `[arch=${architecture}] `
  mkdirSync(join(own, 'lists', 'partial'), { recursive: true })
  writeFileSync(join(own, 'sources.list'), `deb ${of}${uri} ${release} ${component}\n`)
  const options = [
    ...['-o', `Dir::Etc::SourceList=${join(own, 'sources.list')}`, '-o', 'Dir::Etc::SourceParts=-'],
    ...['-o', `Dir::State::Lists=${join(own, 'lists')}`, '-o', `Dir::Cache=${own}`],
    ...(architecture === undefined ? [] : ['-o', `APT::Architectures::=${architecture}`]),
  ]
  await capture('apt-get', [...asSelf, ...options, 'update'])
  return options
}

/** As root, apt would download as another user, who cannot write here, and warn about it. */
const asSelf = ['-o', 'APT::Sandbox::User=root']

/**
 * Appears whole or not at all, because tests run beside each other.
 * @param {string[]} packages @param {string} folder @param {string[]} options for apt
 */
async function unpack(packages, folder, options = []) {
  mkdirSync(dirname(folder), { recursive: true })
  const work = mkdtempSync(join(cache, 'download-'))
  try {
    const download = await capture('apt-get', [...asSelf, ...options, 'download', ...packages], { cwd: work })
    if (download.status !== 0) throw new Error(download.output)
    const tree = join(work, 'tree')
    for (const file of readdirSync(work)) {
      const { status, output } = await capture('dpkg-deb', ['--extract', join(work, file), tree])
      if (status !== 0) throw new Error(output)
    }
    mendLinks(tree)
    if (!existsSync(folder)) renameSync(tree, folder)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

/** A link such as `/sbin/udhcpc -> /bin/busybox` means the file beside it here, where the system has none. @param {string} root */
function mendLinks(root) {
  for (const folder of programFolders.map((name) => join(root, name))) {
    if (!existsSync(folder)) continue
    for (const path of readdirSync(folder).map((name) => join(folder, name))) {
      if (!lstatSync(path).isSymbolicLink() || existsSync(path)) continue
      const target = join(root, readlinkSync(path))
      if (!existsSync(target)) continue
      unlinkSync(path)
      symlinkSync(relative(dirname(path), target), path)
    }
  }
}
