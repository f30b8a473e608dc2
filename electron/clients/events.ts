/**
 * Everything the boot service sees, as one stream. Faces, log, journal, capture and tests read these and
 * nothing else. Times are milliseconds since the Unix epoch, sizes are bytes, rates are derived by the reader.
 */
import { z } from 'zod'

/** How a session answers DHCP: every client, beside another server (ProxyDHCP), or not at all. */
export const DhcpMode = z.enum(['full', 'proxy', 'off'])
export type DhcpMode = z.infer<typeof DhcpMode>

/** What a client's firmware said it is (RFC 4578 option 93); a BOOTP client says nothing. */
export const Firmware = z.enum(['bios', 'uefi', 'unknown'])
export type Firmware = z.infer<typeof Firmware>

/**
 * What makes a milestone reached, as data, so that it can cross process borders. `console` is text on the
 * target's serial port, which only a virtual target shows; an empty `text` means the first line at all.
 */
export const MilestoneTrigger = z.discriminatedUnion('on', [
  z.object({ on: z.literal('heard') }),
  z.object({ on: z.literal('address') }),
  z.object({ on: z.literal('transfer-started'), file: z.string() }),
  z.object({ on: z.literal('transfer-complete'), file: z.string() }),
  /** A file was read by NFS from its first to its last byte, whatever its name. */
  z.object({ on: z.literal('file-read') }),
  /** The client asked the port mapper where NFS or the mount protocol is. */
  z.object({ on: z.literal('port-asked') }),
  /** A folder was mounted by NFS; `path` as the client writes it, any when absent. */
  z.object({ on: z.literal('mounted'), path: z.string().optional() }),
  z.object({ on: z.literal('console'), text: z.string() }),
])
export type MilestoneTrigger = z.infer<typeof MilestoneTrigger>

/** A step of a chain that can be seen from the server, in the order in which a target passes them. */
export const Milestone = z.object({
  id: z.string(),
  title: z.string(),
  trigger: MilestoneTrigger,
  /** What happens counts only once this one is reached, for what a target does more than once: its id. */
  after: z.string().optional(),
  /** Only some targets get here, when they or a person want to: it is never late. */
  optional: z.boolean().optional(),
  /** How long a target normally takes to get here from the milestone before, in seconds. */
  usualSeconds: z.number(),
  /** What to try first when it does not come. */
  advice: z.string(),
})
export type Milestone = z.infer<typeof Milestone>

const mac = z.string()
/** Present when the link could tell whose packet it was. */
const client = mac.optional()

const session = [
  z.object({
    type: z.literal('session-started'),
    chain: z.string(),
    chainTitle: z.string(),
    milestones: z.array(Milestone),
    link: z.object({ name: z.string(), address: z.string(), prefixLength: z.number(), mac }),
    dhcp: DhcpMode,
    /** The addresses that may be given out, first and last; absent unless `dhcp` is full. */
    pool: z.object({ first: z.string(), last: z.string() }).optional(),
    /** Who is answered; empty means anyone on the link. */
    allow: z.array(mac),
    services: z.array(z.object({ name: z.string(), port: z.number() })),
    /** What NFS clients can mount, and the folder of this computer behind it; absent when there is nothing. */
    exports: z.array(z.object({ path: z.string(), folder: z.string(), writable: z.boolean() })).optional(),
    files: z.array(z.object({ name: z.string(), size: z.number(), sha256: z.string(), origin: z.string() })),
    /** What a person does at the target, or should know; `type` is to be typed there. Absent when there is nothing. */
    hints: z.array(z.object({ text: z.string(), type: z.string().optional() })).optional(),
  }),
  /** Bootwire makes a file before a session or its review: a disk image, an mkext. Bytes of the whole. */
  z.object({ type: z.literal('artefact-progress'), name: z.string(), bytes: z.number(), size: z.number() }),
  z.object({ type: z.literal('session-stopped'), reason: z.string() }),
  z.object({ type: z.literal('privileges-dropped'), user: z.string(), uid: z.number(), gid: z.number() }),
  z.object({
    type: z.literal('link-changed'),
    state: z.enum(['up', 'down', 'removed', 'returned', 'error']),
    text: z.string(),
  }),
  /** Something that a person should know; `remedy` is what to do about it. */
  z.object({
    type: z.literal('notice'),
    level: z.enum(['info', 'advice', 'stopped']),
    text: z.string(),
    remedy: z.string().optional(),
    client,
  }),
] as const

const dhcp = [
  z.object({
    type: z.literal('dhcp-received'),
    client: mac,
    /** DISCOVER, REQUEST, DECLINE, RELEASE, INFORM, or BOOTREQUEST when there is no option 53. */
    message: z.string(),
    firmware: Firmware,
    /** Option 60, such as `PXEClient:Arch:00000:UNDI:002001`. */
    vendorClass: z.string().optional(),
    /** Why it gets no answer; absent when it gets one. */
    ignored: z.string().optional(),
  }),
  z.object({
    type: z.literal('dhcp-sent'),
    client: mac,
    /** OFFER, ACK, NAK, or BOOTREPLY. */
    message: z.string(),
    address: z.string().optional(),
    bootFile: z.string().optional(),
    proxy: z.boolean(),
  }),
  z.object({ type: z.literal('dhcp-foreign-server'), address: z.string(), text: z.string() }),
  z.object({
    type: z.literal('firmware-unsupported'),
    client: mac,
    firmware: Firmware,
    architecture: z.string(),
    text: z.string(),
  }),
] as const

const transferId = z.number()
const tftp = [
  z.object({
    type: z.literal('transfer-started'),
    client,
    transfer: transferId,
    protocol: z.enum(['tftp', 'nfs']),
    address: z.string(),
    file: z.string(),
    size: z.number(),
    blockSize: z.number(),
    windowSize: z.number(),
  }),
  z.object({ type: z.literal('transfer-progress'), client, transfer: transferId, bytes: z.number() }),
  z.object({
    type: z.literal('transfer-ended'),
    client,
    transfer: transferId,
    /**
     * `complete`: the last block was acknowledged. `size-check`: the client asked for the size and left, as
     * PXE ROMs do. `client-stopped`: it sent an ERROR. `silent`: it no longer answers. `failed`: our side.
     * `partial`: an NFS client read some of the file and then no more, which may be all that it wanted.
     */
    outcome: z.enum(['complete', 'size-check', 'client-stopped', 'silent', 'failed', 'partial']),
    bytes: z.number(),
    seconds: z.number(),
    resent: z.number(),
    text: z.string().optional(),
  }),
  z.object({
    type: z.literal('file-missing'),
    client,
    address: z.string(),
    file: z.string(),
    /** The chain knows that its loader asks for this name and goes on without it. */
    expected: z.boolean(),
    nearest: z.string().optional(),
  }),
  z.object({
    type: z.literal('request-refused'),
    client,
    protocol: z.enum(['tftp', 'nfs']),
    address: z.string(),
    file: z.string(),
    text: z.string(),
  }),
] as const

const nfs = [
  z.object({
    type: z.literal('nfs-port-asked'),
    client,
    address: z.string(),
    program: z.enum(['nfs', 'mount']),
    version: z.number(),
  }),
  z.object({ type: z.literal('nfs-mounted'), client, address: z.string(), path: z.string() }),
  z.object({
    type: z.literal('nfs-lookup-missed'),
    client,
    address: z.string(),
    /** By the name of its export, such as `/srv/root/mach_kernel`. */
    file: z.string(),
    /** The client has been reading: a running system looks for many names that need not exist. */
    expected: z.boolean(),
    /** A name in the same folder. */
    nearest: z.string().optional(),
  }),
] as const

const machine = [
  z.object({ type: z.literal('machine-started'), client: mac, description: z.string() }),
  /** One line of the virtual target's serial port. */
  z.object({ type: z.literal('console-line'), client: mac, line: z.string() }),
  /** The last line has not ended and nothing follows: the target waits, as at a prompt. Told once for each line. */
  z.object({ type: z.literal('console-prompt'), client: mac, text: z.string() }),
  z.object({ type: z.literal('machine-stopped'), client: mac, text: z.string() }),
] as const

/** One thing that happened, without its time. Servers emit these; the journal adds `at`. */
export const Happening = z.discriminatedUnion('type', [...session, ...dhcp, ...tftp, ...nfs, ...machine])
export type Happening = z.infer<typeof Happening>
export type HappeningOf<T extends Happening['type']> = Extract<Happening, { type: T }>

export const BootEvent = z.intersection(z.object({ at: z.number() }), Happening)
export type BootEvent = z.infer<typeof BootEvent>

/** Where a server tells what it sees. Must not throw and must return quickly. */
export type Emit = (happening: Happening) => void
