/** Files that were built beside this program: `dist/node/service.js` runs, `dist/target` holds what targets run. */
import { fileURLToPath } from 'node:url'

const built = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export const SAMPLES = built('../target/samples')
export const SAMPLE_KERNEL = built('../target/samples/hello.elf')
export const NETBOOT_PROGRAM = built('../target/netboot/netboot.0')
export const NETBOOT_IMAGE = built('../target/netboot/netboot.mb')
export const BOOT0 = built('../target/disk/boot0')
export const BOOT1H = built('../target/disk/boot1h')
export const STAND_IN_BOOT = built('../target/samples/boot')
export const STAND_IN_KERNEL = built('../target/samples/mach_kernel')
export const KEEPER = built('./keeper.js')
