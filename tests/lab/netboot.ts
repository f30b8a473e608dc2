/** NetBoot on a virtual target, with kernels of all kinds for it on the server. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { buildTargets } from '../../build/target.mjs'
import { loadedTo, multibootHeader, withoutElf } from './kernels.ts'
import { type BenchOptions, ServedWire, Target, type TargetOptions } from './target.ts'

const built = new Map(buildTargets().map(({ name, path }) => [name, path]))
export const netboot0 = built.get('netboot/netboot.0')!
export const netbootMb = built.get('netboot/netboot.mb')!

/** Of what size a kernel is that fills many windows. */
const LARGE = 600_000

/** A folder to export, in which each kernel is a case of its own. */
export function kernelFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bootwire-netboot-'))
  mkdirSync(join(folder, 'kernels'))
  const write = (name: string, bytes: Uint8Array) => writeFileSync(join(folder, 'kernels', name), bytes)
  const sample = (name: string) => readFileSync(built.get(`samples/${name}`)!)
  for (const name of ['hello', 'returning', 'trampling', 'rerouting', 'faulting']) write(name, sample(name))
  const returning = sample('returning')
  const packed = gzipSync(returning)
  write('large', Buffer.concat([returning, Buffer.alloc(LARGE, 'padding')]))
  write('packed.gz', packed)
  write('netboot.mb', readFileSync(netbootMb))
  write('damaged.gz', Buffer.concat([packed.subarray(0, -8), Buffer.alloc(4), packed.subarray(-4)]))
  write('without-elf', withoutElf(returning))
  write('demanding', Buffer.concat([multibootHeader(1 << 3), Buffer.alloc(4096)]))
  write('no-kernel', Buffer.alloc(4096, 'text'))
  write('too-high', loadedTo(0x7000_0000))
  write('on-screen', loadedTo(0x9_f000, 0x2000))
  write('cut-off', returning.subarray(0, 600))
  symlinkSync('returning', join(folder, 'kernels', 'link'))
  symlinkSync('circle', join(folder, 'kernels', 'circle'))
  return folder
}

/** Runs NetBoot for one test, and clears up behind it. */
export class NetbootLab {
  readonly folder = kernelFolder()
  readonly #closers: (() => unknown)[] = []

  /** Serves the kernels and NetBoot, and switches a target on, which boots netboot.0 unless told otherwise. */
  async start({ machine = {}, ...more }: Partial<BenchOptions> & { machine?: TargetOptions } = {}) {
    const files = { 'netboot.0': netboot0 }
    const served = await ServedWire.open({ files, bootFile: 'netboot.0', folder: this.folder, ...more })
    this.#closers.push(() => served.close())
    return { served, ...(await this.startOn(served, machine)) }
  }

  async startOn(served: ServedWire, machine: TargetOptions = {}) {
    const target = await Target.start({ wire: served.wire, ...machine })
    this.#closers.push(() => target.off())
    /** Types a line, and gives all that is said until the next prompt. */
    const run = async (line: string) => {
      target.type(`${line}\r`)
      return target.hear('NetBoot> ')
    }
    return { target, run }
  }

  /** After each test. */
  async clear(): Promise<void> {
    for (const close of this.#closers.splice(0).reverse()) await close()
  }

  close(): void {
    rmSync(this.folder, { recursive: true })
  }
}

/** QEMU as the MultiBoot loader of netboot.mb, for a card that has no PXE ROM: the quickest way to the prompt. */
export const withoutPxe = (options = ''): TargetOptions => ({
  nic: 'none',
  more: ['-kernel', netbootMb, '-append', options, '-device', 'e1000,netdev=n,romfile='],
})

/** A kernel's own line, in which NetBoot's address differs from machine to machine. */
export const calledAs = (file: string, rest: string) =>
  new RegExp(`called as "${file} -retaddr 0x[0-9a-f]{8} ${rest} "\\r\\nReturning\\.`)
