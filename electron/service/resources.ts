/** Files that were built beside this program: `dist/node/service.js` runs, `dist/target` holds what targets run. */
import { fileURLToPath } from 'node:url'

const built = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export const SAMPLES = built('../target/samples')
export const SAMPLE_KERNEL = built('../target/samples/hello.elf')
export const NETBOOT_PROGRAM = built('../target/netboot/netboot.0')
export const NETBOOT_IMAGE = built('../target/netboot/netboot.mb')
export const KEEPER = built('./keeper.js')
