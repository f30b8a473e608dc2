import { describe, expect, it } from 'vitest'
import { StartOptions } from '../../../electron/api/contract.ts'
import type { NetworkInterface } from '../../../electron/api/desktop.ts'
import { chains } from '../../../electron/chains/index.ts'
import {
  freshSetup,
  obstacle,
  setupOf,
  startOptions,
  summary,
  withChoice,
  withDefaults,
  type Setup,
  type Surroundings,
} from '../../../renderer/state/setup.ts'

const cable: NetworkInterface = {
  name: 'enp0s31f6',
  kind: 'wired',
  link: 'up',
  addresses: [],
  mac: '54:ee:75:c4:11:0a',
  mtu: 1500,
  isDefaultRoute: false,
  rank: 1,
  reason: 'A cable.',
  isRisky: false,
}
const office: NetworkInterface = {
  ...cable,
  name: 'eth1',
  addresses: [{ address: '192.168.1.2', prefixLength: 24 }],
}

const surroundings: Surroundings = {
  environment: {
    face: 'desktop',
    platform: 'linux',
    version: '1',
    qemu: { found: true, version: '7.2' },
    elevation: 'asks',
  },
  chains,
  interfaces: [cable, office],
}
const onCable: Setup = { ...freshSetup, target: 'machine', interface: cable.name, chain: 'pxelinux' }

describe('what the choices start', () => {
  it('boots a virtual target from nothing but that choice, in a form that the service takes', () => {
    const setup = withDefaults({ ...freshSetup, target: 'virtual' }, chains)
    const options = startOptions(setup, [])
    expect(StartOptions.parse(options)).toMatchObject({
      link: { kind: 'wire', memory: 512, nic: 'e1000' },
      chain: { id: 'pxelinux' },
      dhcp: { mode: 'full' },
    })
  })

  it('gives an interface an address for the session only where it has none', () => {
    expect(startOptions(onCable, surroundings.interfaces)?.link).toEqual({
      kind: 'interface',
      name: 'enp0s31f6',
      address: '10.77.0.1/24',
    })
    expect(startOptions({ ...onCable, interface: 'eth1' }, surroundings.interfaces)?.link).toEqual({
      kind: 'interface',
      name: 'eth1',
    })
  })

  it('keeps the files for one chain away from another', () => {
    const first = withChoice(onCable, { imports: ['/a/xen'], arguments: 'dom0_mem=1G' })
    const second = withChoice({ ...first, chain: 'boot132' }, { imports: ['/a/boot'] })
    expect(startOptions(second, surroundings.interfaces)?.chain).toMatchObject({
      id: 'boot132',
      imports: ['/a/boot'],
    })
    expect(startOptions({ ...second, chain: 'pxelinux' }, surroundings.interfaces)?.chain).toMatchObject({
      id: 'pxelinux',
      imports: ['/a/xen'],
      arguments: 'dom0_mem=1G',
    })
  })

  it('takes a choice back', () => {
    const chosen = withChoice(onCable, { folder: '/a/root' })
    const taken = withChoice(chosen, { folder: undefined })
    expect(Object.keys(startOptions(taken, surroundings.interfaces)?.chain ?? {})).not.toContain('folder')
  })

  it('starts again with exactly what was started last time', () => {
    const options = startOptions(
      withChoice(
        { ...onCable, dhcp: { ...onCable.dhcp, mode: 'proxy', allow: ['52:54:00:12:34:56'] } },
        { imports: ['/a/xen'], profile: 'any' },
      ),
      surroundings.interfaces,
    )!
    expect(startOptions(setupOf(options), surroundings.interfaces)).toEqual(options)
  })
})

describe('why a step is not finished', () => {
  it('asks for QEMU before a virtual target', () => {
    const environment = {
      ...surroundings.environment,
      qemu: { found: false, remedy: 'Install QEMU.' },
    } as const
    const setup: Setup = { ...freshSetup, target: 'virtual' }
    expect(obstacle('target', setup, surroundings)).toBeUndefined()
    expect(obstacle('target', setup, { ...surroundings, environment })).toMatch(/QEMU/)
  })

  it('notices that the chosen interface is gone', () => {
    expect(obstacle('interface', onCable, surroundings)).toBeUndefined()
    expect(obstacle('interface', onCable, { ...surroundings, interfaces: [office] })).toMatch(
      /enp0s31f6 is gone/,
    )
  })

  it('wants an address with its prefix length for an interface without one', () => {
    expect(obstacle('interface', { ...onCable, address: '10.77.0.1' }, surroundings)).toMatch(
      /10\.77\.0\.1\/24/,
    )
    expect(
      obstacle('interface', { ...onCable, address: '', interface: 'eth1' }, surroundings),
    ).toBeUndefined()
  })
})

it('sums each step up by what was chosen in it', () => {
  const setup = withChoice(onCable, { imports: ['/a/xen'] })
  expect(summary('interface', setup, surroundings)).toBe('enp0s31f6 · 10.77.0.1')
  expect(summary('files', setup, surroundings)).toBe('1 file of yours')
  expect(summary('target', freshSetup, surroundings)).toBeUndefined()
})
