/**
 * What a face may ask of the boot service. A request is one JSON line `{ id, command }` on the service's
 * standard input; its reply and every event are one line each on its standard output.
 */
import { z } from 'zod'
import { BootEvent, DhcpMode } from '../clients/events.ts'
import { Remedy } from './remedies.ts'

export const NicModel = z.enum(['e1000', 'virtio-net-pci', 'rtl8139', 'pcnet'])
export type NicModel = z.infer<typeof NicModel>

const macAddress = z
  .string()
  .regex(
    /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i,
    'A MAC address is six hexadecimal pairs, such as 52:54:00:12:34:56',
  )
  .toLowerCase()

/** What a US keyboard can type in one go, without the Return key. */
const typedText = z.string().regex(/^[ -~]{0,500}$/, 'What is typed is one line of ASCII characters')

/** A path on this computer, read with the rights of the user and never with root's. */
const path = z.string().min(1).max(4096)

export const ChainChoice = z.strictObject({
  id: z.string(),
  /** One of the chain's profiles; absent: its first. */
  profile: z.string().optional(),
  /** Files and folders that the chain takes by what they are: boot loaders, kexts, property lists, kernels. */
  imports: z.array(path).default([]),
  /** What targets mount by NFS: the kernels of NetBoot, a root volume of Darwin. Each client writes to its own copy. */
  folder: path.optional(),
  /** Absent: one of the imports, or the chain's embedded default. */
  kernel: path.optional(),
  arguments: z.string().optional(),
  modules: z.array(z.strictObject({ path, arguments: z.string() })).default([]),
  /** The version of Darwin that the boot loader is told, such as `12.5.0`; absent: the kernel's own. */
  darwin: z.string().max(20).optional(),
  /** Folders to look in for boot loader files before this computer's own. */
  loaderFolders: z.array(path).default([]),
})
export type ChainChoice = z.infer<typeof ChainChoice>

export const InterfaceChoice = z.strictObject({
  kind: z.literal('interface'),
  name: z.string(),
  /** An address with prefix length for an interface that has none, for the session. */
  address: z.string().optional(),
})
export type InterfaceChoice = z.infer<typeof InterfaceChoice>

export const LinkChoice = z.discriminatedUnion('kind', [
  InterfaceChoice,
  z.strictObject({
    kind: z.literal('wire'),
    /** The virtual target on the other end; memory in MiB. */
    memory: z.int().min(16).max(65_536).default(512),
    nic: NicModel.default('e1000'),
    /** Lines to type at the loader's prompt, the next each time that it waits there; absent: those of the chain. */
    type: z.array(typedText).optional(),
    faults: z.string().optional(),
    /** A pcapng file that every frame is written to. */
    capture: path.optional(),
    /** Whether the target's screen can be watched, which the command `screen` tells how. */
    screen: z.boolean().optional(),
  }),
])
export type LinkChoice = z.infer<typeof LinkChoice>

export const DhcpChoice = z.strictObject({
  mode: DhcpMode.default('full'),
  /** Start in full mode although another server answers on this link. */
  force: z.boolean().default(false),
  /** Who is answered; empty means anyone on the link. */
  allow: z.array(macAddress).default([]),
  /** Addresses that are always given to the same machine. */
  fixed: z.array(z.strictObject({ mac: macAddress, address: z.ipv4() })).default([]),
})
export type DhcpChoice = z.infer<typeof DhcpChoice>

/** A folder that clients can mount by NFS. */
export const ExportChoice = z.strictObject({
  folder: path,
  /** The name that clients mount it by; absent: `/` for a session's only export, else `/` and the folder's name. */
  path: z
    .string()
    .max(1024)
    .regex(/^\//, 'The path of an export starts with /, such as /srv/root')
    .optional(),
  /** Every client may write, to what is its own alone: the folder itself is never changed. */
  writable: z.boolean().default(false),
  /** What clients wrote is there again in the next session. */
  keep: z.boolean().default(false),
})
export type ExportChoice = z.infer<typeof ExportChoice>

export const StartOptions = z
  .strictObject({
    link: LinkChoice,
    /** Absent: nobody is booted, and folders are exported alone. */
    chain: ChainChoice.optional(),
    dhcp: DhcpChoice,
    exports: z.array(ExportChoice).default([]),
    /** Keep the journal whole, and on the virtual cable every frame, for who asks for them later. */
    keep: z.boolean().optional(),
    /** Whom to run as once the sockets are open, when started as root; absent: the user who called sudo. */
    user: z.string().optional(),
  })
  .refine(({ chain, exports }) => chain !== undefined || exports.length > 0, {
    message: 'A session has a chain to boot by, folders to export, or both',
  })
  .refine(({ chain, dhcp }) => chain !== undefined || dhcp.mode === 'off', {
    message: 'Without a chain there is nothing to tell by DHCP: its mode can only be off',
  })
export type StartOptions = z.infer<typeof StartOptions>

export const Command = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('interfaces') }),
  z.strictObject({ name: z.literal('chains') }),
  /** Asks by DHCP who answers on an interface, as a new machine would: takes some seconds and the ports of DHCP. */
  z.strictObject({ name: z.literal('look-for-servers'), link: InterfaceChoice }),
  /** Plans a session, with every file that it would serve made, and starts nothing. */
  z.strictObject({ name: z.literal('review'), options: StartOptions }),
  z.strictObject({ name: z.literal('start'), options: StartOptions }),
  z.strictObject({ name: z.literal('stop') }),
  /** Writes the virtual target's screen as PNG. */
  z.strictObject({ name: z.literal('screenshot'), path }),
  z.strictObject({ name: z.literal('reset-target') }),
  /** A new password for the virtual target's screen. */
  z.strictObject({ name: z.literal('screen') }),
  z.strictObject({ name: z.literal('environment') }),
  z.strictObject({ name: z.literal('imports') }),
  /** Reads a file, or looks into a folder, and keeps in the library what it is. */
  z.strictObject({ name: z.literal('import'), path }),
  z.strictObject({ name: z.literal('forget-import'), path }),
  /** Where all events of the session are, one a line, when it keeps them. */
  z.strictObject({ name: z.literal('journal') }),
  /** Where the packets of the session are, when it keeps them. */
  z.strictObject({ name: z.literal('capture') }),
])
export type Command = z.infer<typeof Command>

export const Request = z.strictObject({ id: z.int(), command: Command })
export type Request = z.infer<typeof Request>

/** What went wrong, why, and each way out. */
export const Failure = z.object({ code: z.string(), message: z.string(), remedies: z.array(Remedy) })
export type Failure = z.infer<typeof Failure>

/** How far the file at `path` has been read. */
export const Reading = z.object({ path: z.string(), bytes: z.number(), size: z.number() })
export type Reading = z.infer<typeof Reading>

export const Message = z.union([
  z.object({ event: BootEvent }),
  z.object({ reading: Reading }),
  z.object({ reply: z.int(), result: z.unknown() }),
  z.object({ reply: z.int(), failure: Failure }),
])
export type Message = z.infer<typeof Message>
