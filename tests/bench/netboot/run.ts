import { Bootwire, noVirtualTarget } from '../../lab/bootwire.ts'
import { print, type Row } from '../row.ts'

/** Each with a PXE ROM. */
const CARDS = ['pcnet', 'virtio-net-pci', 'rtl8139', 'e1000']
const CYCLES = 20
const FULL_CYCLES = 3
/** How many times faster than a full cycle the reboot by NetBoot has to be. */
const FACTOR = 10
/** The first and last words of the sample kernel that comes back. */
const FIRST_OUTPUT = 'Returning sample kernel'
const EXIT = 'Returning.'
const PATIENCE = ['--memory', '64', '--timeout', '180']

/**
 * Measures what a kernel's developer waits for: from one kernel's exit to the first output of the next by NetBoot,
 * against reset to first output by the PXE ROM, PXELINUX and mboot.c32. A real machine's own start takes far longer
 * than that of QEMU, which is all to NetBoot's disadvantage here. `kernel` is the sample kernel as it was built.
 */
export async function benchNetboot(kernel: string): Promise<Row[]> {
  const reason = noVirtualTarget()
  if (reason !== undefined) {
    console.log(`NetBoot is not measured: ${reason}.`)
    return []
  }
  const rows: Row[] = []
  for (const card of CARDS) {
    const full = await fullCycle(card, kernel)
    const name = `NetBoot, exit to next first output, ${card}`
    const row = { unit: 'ms', ours: await rebootCycle(card), peers: { PXELINUX: full }, limit: full / FACTOR }
    rows.push(print({ name, ...row }))
  }
  return rows
}

async function rebootCycle(card: string): Promise<number> {
  const run = new Bootwire([
    ...['try', '--chain', 'netboot', '--nic', card, ...PATIENCE],
    ...['--type', `loop ${CYCLES} 10.77.0.1:/kernels/returning.elf`, '--type', 'help'],
    ...['--until-text', 'leave NetBoot'],
  ])
  await succeeded(run)
  const times = (text: string) =>
    run.of('console-line').flatMap(({ at, line }) => (line.includes(text) ? [at] : []))
  const exits = times(EXIT)
  const outputs = times(FIRST_OUTPUT)
  return median(outputs.slice(1).map((at, index) => at - exits[index]!))
}

async function fullCycle(card: string, kernel: string): Promise<number> {
  const spans: number[] = []
  for (let cycle = 0; cycle < FULL_CYCLES; cycle++) {
    const run = new Bootwire([
      'try',
      '--nic',
      card,
      ...PATIENCE,
      '--kernel',
      kernel,
      '--until-text',
      FIRST_OUTPUT,
    ])
    await succeeded(run)
    const output = run.of('console-line').find(({ line }) => line.includes(FIRST_OUTPUT))!
    spans.push(output.at - run.of('machine-started')[0]!.at)
  }
  return median(spans)
}

async function succeeded(run: Bootwire): Promise<void> {
  const { status, stderr } = await run.ended
  if (status !== 0) throw new Error(`bootwire try did not get there: ${stderr}`)
}

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[values.length >> 1] ?? 0
}
