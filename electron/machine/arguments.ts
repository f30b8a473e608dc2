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

/** Where somebody listens to what a target says. */
export interface Ears {
  /** The serial port. */
  readonly console: SocketAddress
  /** SeaBIOS's debug port, where it tells each of its steps. */
  readonly firmware: SocketAddress
}

const FIRMWARE_PORT = 0x402

/**
 * QEMU's command line for a PC with a screen, a serial port and a network card, and nothing else to boot from.
 * It starts halted, so that nothing is missed, and talks QMP on its standard streams.
 * @param netdev gives the value of `-netdev` for a device of that id
 * @param screen the value of `-vnc`; nobody can watch without
 */
export function qemuArguments(
  { memory, nic, mac }: Hardware,
  netdev: (id: string) => string,
  ears: Ears,
  screen?: string,
): string[] {
  return [
    ['-no-user-config', '-nodefaults', '-S'],
    ['-accel', 'tcg'],
    ['-m', `size=${memory}M`],
    ['-display', 'none', '-vga', 'std'],
    screen === undefined ? [] : ['-vnc', screen],
    ['-boot', 'order=n,menu=off'],
    ['-netdev', netdev(CABLE)],
    ['-device', `${nic},netdev=${CABLE},mac=${mac}`],
    ['-chardev', socketDevice('console', ears.console), '-serial', 'chardev:console'],
    ['-chardev', socketDevice('firmware', ears.firmware)],
    ['-device', `isa-debugcon,iobase=${FIRMWARE_PORT},chardev=firmware`],
    // Without `signal=off` a terminal's Ctrl-C would reach QEMU too.
    ['-chardev', 'stdio,id=qmp,signal=off', '-mon', 'chardev=qmp,mode=control'],
  ].flat()
}

/** The value of `-chardev` for a device of that id which connects to a listener of ours. */
export function socketDevice(id: string, address: SocketAddress): string {
  const where =
    address.kind === 'unix'
      ? `path=${address.path.replaceAll(',', ',,')}`
      : `host=${address.host},port=${address.port}`
  return `socket,id=${id},server=off,${where}`
}
