import type { SocketAddress } from '../link/wire/listener.ts'
import type { MacAddress } from '../protocols/addresses.ts'

/** The network cards that a virtual target can have, by QEMU's names; each has a PXE ROM. */
export const NIC_MODELS = ['e1000', 'virtio-net-pci', 'rtl8139', 'pcnet'] as const
export type NicModel = (typeof NIC_MODELS)[number]

export interface Hardware {
  /** In MiB. */
  readonly memory: number
  readonly nic: NicModel
  readonly mac: MacAddress
}

const CABLE = 'cable'

/**
 * QEMU's command line for a PC with a screen, a serial port and a network card, and nothing else to boot from.
 * It starts halted, so that nothing is missed, and talks QMP on its standard streams.
 * @param netdev gives the value of `-netdev` for a device of that id
 * @param serial where somebody listens to the serial port
 */
export function qemuArguments(
  { memory, nic, mac }: Hardware,
  netdev: (id: string) => string,
  serial: SocketAddress,
): string[] {
  return [
    ['-no-user-config', '-nodefaults', '-S'],
    ['-accel', 'tcg'],
    ['-m', `size=${memory}M`],
    ['-display', 'none', '-vga', 'std'],
    ['-boot', 'order=n,menu=off'],
    ['-netdev', netdev(CABLE)],
    ['-device', `${nic},netdev=${CABLE},mac=${mac}`],
    ['-chardev', `socket,id=console,server=off,${socketOptions(serial)}`, '-serial', 'chardev:console'],
    // Without `signal=off` a terminal's Ctrl-C would reach QEMU too.
    ['-chardev', 'stdio,id=qmp,signal=off', '-mon', 'chardev=qmp,mode=control'],
  ].flat()
}

function socketOptions(address: SocketAddress): string {
  return address.kind === 'unix'
    ? `path=${address.path.replaceAll(',', ',,')}`
    : `host=${address.host},port=${address.port}`
}
