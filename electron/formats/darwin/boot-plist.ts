/** The options that boot-132 and its kin read: `com.apple.Boot.plist`, and Chameleon's `org.chameleon.Boot.plist`. */
import { writePlist, type PlistDictionary } from '../plist/plist.ts'
import type { Boot132 } from './boot132.ts'

export interface BootOptions {
  /** The kernel's path on the boot volume, or with a device as `rd(0,1)/mach_kernel`. */
  readonly kernel: string
  /** What the kernel is told, such as `-v rd=en rp=nfs:10.0.0.1:/root`. */
  readonly flags: readonly string[]
  /** Seconds at the prompt; at 0 Chameleon waits there for a key for ever. */
  readonly timeout: number
  /** Chameleon's graphical menu. */
  readonly gui: boolean
  /** What is to be in the file beside these. */
  readonly others?: PlistDictionary
}

/** The kernel's command line in its boot arguments (xnu pexpert/i386/boot.h, BOOT_LINE_LENGTH). */
export const KERNEL_FLAGS_LIMIT = 1024

/** The file's text. Boot loaders of this family know XML in ASCII only. */
export function bootPlist({ kernel, flags, timeout, gui, others = {} }: BootOptions): string {
  return writePlist({
    ...others,
    Kernel: kernel,
    'Kernel Flags': flags.join(' '),
    Timeout: String(timeout),
    'Boot Graphics': yes(false),
    GUI: yes(gui),
    'Quiet Boot': yes(false),
  })
}

const SYSTEM_CONFIGURATION = 'Library/Preferences/SystemConfiguration/com.apple.Boot.plist'
const EXTRA = 'Extra/com.apple.Boot.plist'
const CHAMELEON = 'Extra/org.chameleon.Boot.plist'

/**
 * Where boot loaders of a family look for their options on the volume that they start from. Apple's own looks among
 * the system's settings (boot-132 libsaio/stringTable.c, sys.c), those that others made of it in `Extra` first.
 * Chameleon up to 2.0-RC4 knows one name there and later ones both: the newer first, and for the older alone they
 * stop for a key (Chameleon libsaio/stringTable.c).
 */
export function bootPlistPaths(family: Boot132['family']): readonly string[] {
  return family === 'boot-132' ? [SYSTEM_CONFIGURATION, EXTRA] : [EXTRA, CHAMELEON]
}

function yes(value: boolean): string {
  return value ? 'Yes' : 'No'
}

/** Why the kernel cannot be told this, as a sentence; undefined when it can. */
export function flagsObstacle(flags: readonly string[]): string | undefined {
  const text = flags.join(' ')
  const foreign = /[^ -~]/u.exec(text)?.[0]
  if (foreign !== undefined)
    return `The kernel's arguments contain "${foreign}", and boot loaders of this family know ASCII only.`
  if (text.length >= KERNEL_FLAGS_LIMIT)
    return `The kernel's arguments take ${text.length} characters; it has room for ${KERNEL_FLAGS_LIMIT - 1}.`
  return undefined
}

/**
 * The kernel's arguments for a root file system on NFS (xnu bsd/kern/netboot.c). The address is a literal: the
 * kernel looks up no names. It asks DHCP for its own address and the router only, so that the path has to be here.
 * @param address IPv4, dotted
 * @param path as the export is mounted
 * @param image a disk image in it, when the root is not the folder itself
 */
export function networkRootFlags(address: string, path: string, image?: string): string[] {
  const escape = (part: string) => part.replaceAll(':', '\\:')
  const parts = [address, escape(path), ...(image === undefined ? [] : [escape(image)])]
  return ['rd=en', `rp=nfs:${parts.join(':')}`]
}
