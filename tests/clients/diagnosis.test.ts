import { expect, it } from 'vitest'
import { diagnose } from '../../electron/clients/diagnosis.ts'
import type { Happening } from '../../electron/clients/events.ts'
import {
  TARGET,
  acknowledged,
  discover,
  fetchEnded,
  fetchStarted,
  milestones,
  started,
  timelineOf,
} from './boots.ts'

/** What is said `seconds` after the first of `happenings`, which come a second apart. */
function diagnosisAfter(seconds: number, ...happenings: readonly Happening[]) {
  const client = timelineOf(started, discover, ...happenings).clients[TARGET]!
  return diagnose(client, milestones, 1_000_000 + seconds * 1000)
}

it('says what comes next and how long it normally takes, before anyone wonders', () => {
  expect(diagnosisAfter(2)).toEqual({ state: 'waiting', text: 'Waiting for "Address", normally 2 s.' })
})

it('gives the advice of the step that is late', () => {
  expect(diagnosisAfter(60)).toMatchObject({ state: 'late', advice: 'Check the cable.' })
})

it('does not call a step late while a file is on its way', () => {
  expect(diagnosisAfter(600, acknowledged, fetchStarted(1, 'kernel'))).toMatchObject({ state: 'waiting' })
})

it('names the file that was asked for in vain, and the one that was meant', () => {
  const missing = {
    type: 'file-missing',
    client: TARGET,
    address: '10.77.0.100',
    file: 'Kernel',
    expected: false,
    nearest: 'kernel',
  } as const
  expect(diagnosisAfter(60, acknowledged, missing)?.advice).toBe(
    'It asked for "Kernel", which is not served; "kernel" is. Check the kernel.',
  )
  expect(diagnosisAfter(60, acknowledged, { ...missing, expected: true })?.advice).toBe('Check the kernel.')
})

it('names the transfer that broke off', () => {
  const happenings = [acknowledged, fetchStarted(1, 'kernel'), fetchEnded(1, 'silent', 400)]
  expect(diagnosisAfter(60, ...happenings)?.advice).toBe(
    'Fetching "kernel" ended after 400 of 1000 bytes. Check the kernel.',
  )
})

it('says at once that firmware of the wrong kind cannot boot', () => {
  const text = 'This chain needs legacy BIOS boot.'
  const unsupported = {
    type: 'firmware-unsupported',
    client: TARGET,
    firmware: 'uefi',
    architecture: 'x64',
    text,
  } as const
  expect(diagnosisAfter(2, unsupported)).toEqual({ state: 'stopped', text })
})
