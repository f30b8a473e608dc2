/** Files that were built beside this program: `dist/node/service.js` runs, `dist/target` holds what targets run. */
import { fileURLToPath } from 'node:url'

const built = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export const SAMPLES = built('../target/samples')
export const SAMPLE_KERNEL = built('../target/samples/hello.elf')
export const NETBOOT_PROGRAM = built('../target/netboot/netboot.0')
export const NETBOOT_IMAGE = built('../target/netboot/netboot.mb')
export const BOOT0 = built('../target/disk/boot0')
export const BOOT1H = built('../target/disk/boot1h')
export const BOOT1PXE = built('../target/boot1pxe.0')
/** Take the place of `boot` and `mach_kernel` where a user gives nothing. */
export const SAMPLE_BOOT = built('../target/samples/boot')
export const SAMPLE_DARWIN_KERNEL = built('../target/samples/mach_kernel')
export const KEEPER = built('./keeper.js')
