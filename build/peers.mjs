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
  rmSync,
  symlinkSync,
  unlinkSync,
} from 'node:fs'
import { delimiter, dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findProgram, hasApt, knowsPackages, refreshLists } from './debian.mjs'
import { capture } from './step.mjs'

const cache = fileURLToPath(new URL('../node_modules/.cache/bootwire/debian', import.meta.url))
/** Programs with all that they need and that this system has not. */
const unpacked = join(cache, 'root')

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
  perfdhcp: 'kea-admin',
  tcpdump: 'tcpdump',
  tshark: 'tshark',
}

/**
 * What a process needs in its environment to find the peers; nothing where none was unpacked.
 * @returns {Record<string, string>}
 */
export function peerEnvironment() {
  const programs = ['usr/sbin', 'usr/bin', 'sbin', 'bin']
    .map((folder) => join(unpacked, folder))
    .filter((path) => existsSync(path))
  const path = { PATH: [process.env.PATH, '/usr/sbin', '/sbin', ...programs].join(delimiter) }
  const libraries = libraryFolders()
  if (libraries.length === 0) return process.platform === 'linux' ? path : {}
  return {
    ...path,
    LD_LIBRARY_PATH: [...(process.env.LD_LIBRARY_PATH?.split(delimiter) ?? []), ...libraries].join(delimiter),
  }
}

/**
 * Unpacks the peers that this system has not.
 * @returns {Promise<string[]>} the programs that could not be had
 */
export async function fetchPeers() {
  if (process.platform !== 'linux') return Object.keys(peers)
  const absent = () =>
    Object.entries(peers).filter(([program]) => findProgram(program, peerEnvironment().PATH) === undefined)
  const wanted = absent()
  if (wanted.length > 0 && hasApt) {
    if (!(await knowsPackages(['dnsmasq-base']))) await refreshLists()
    for (const [, name] of wanted) {
      // One that cannot be had is told by the caller, once, with the others.
      await unpackWithNeeds(name).catch(() => undefined)
    }
    mendLinks()
  }
  return absent().map(([program]) => program)
}

/**
 * A file of a Debian package, from the system when it is installed there, else from the package.
 * @param {string} name such as `xen-hypervisor-4.17-amd64`
 * @param {string} file its path in the package, without the first `/`
 * @returns {Promise<{ path: string } | { reason: string }>} the reason is a sentence for a skipped test
 */
export async function debianFile(name, file) {
  const own = join(cache, 'files', name)
  const found = () => [join('/', file), join(own, file)].find((path) => existsSync(path))
  let path = found()
  if (path === undefined && hasApt) {
    await unpack([name], own).catch(() => undefined)
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
  await unpack(packages, unpacked)
}

/** @param {string[]} packages @param {string} folder */
async function unpack(packages, folder) {
  mkdirSync(cache, { recursive: true })
  const work = mkdtempSync(join(cache, 'download-'))
  try {
    // As root, apt would download as another user, who cannot write here, and warn about it.
    const download = await capture('apt-get', ['-o', 'APT::Sandbox::User=root', 'download', ...packages], {
      cwd: work,
    })
    if (download.status !== 0) throw new Error(download.output)
    mkdirSync(folder, { recursive: true })
    for (const file of readdirSync(work)) {
      const { status, output } = await capture('dpkg-deb', ['--extract', join(work, file), folder])
      if (status !== 0) throw new Error(output)
    }
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

/** A link such as `/sbin/udhcpc -> /bin/busybox` means the file beside it here, where the system has none. */
function mendLinks() {
  for (const folder of ['usr/sbin', 'usr/bin', 'sbin', 'bin'].map((name) => join(unpacked, name))) {
    if (!existsSync(folder)) continue
    for (const path of readdirSync(folder).map((name) => join(folder, name))) {
      if (!lstatSync(path).isSymbolicLink() || existsSync(path)) continue
      const target = join(unpacked, readlinkSync(path))
      if (!existsSync(target)) continue
      unlinkSync(path)
      symlinkSync(relative(dirname(path), target), path)
    }
  }
}

function libraryFolders() {
  return ['usr/lib', 'lib'].flatMap((name) => {
    const folder = join(unpacked, name)
    if (!existsSync(folder)) return []
    return readdirSync(folder)
      .filter((entry) => entry.includes('-linux-gnu'))
      .map((entry) => join(folder, entry))
  })
}
