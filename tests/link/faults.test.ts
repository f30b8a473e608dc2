import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { type FaultPlan, FaultyLane, NO_FAULTS, fates, parseFaults } from '../../electron/link/faults.ts'

const plan = parseFaults('loss=5%,duplicate=5%,reorder=5,delay=2ms,seed=7')

/** The numbers of `count` frames as they arrive at the end of a lane. */
async function arrivals(plan: FaultPlan, count: number, lane = 0): Promise<number[]> {
  const arrived: number[] = []
  const faulty = new FaultyLane(plan, lane, (frame) => arrived.push(frame.readUInt32BE()))
  for (let number = 0; number < count; number++) {
    const frame = Buffer.alloc(4)
    frame.writeUInt32BE(number)
    faulty.pass(frame)
  }
  await sleep(40)
  return arrived
}

describe('a fault plan', () => {
  it('is read from its text', () => {
    expect(plan).toEqual({ loss: 0.05, duplicate: 0.05, reorder: 5, delay: 2, seed: 7 })
    expect(parseFaults('loss=2.5%')).toEqual({ ...NO_FAULTS, loss: 0.025 })
  })

  it.each([
    ['los=5%', '"los" is no fault. There are loss, duplicate, reorder, delay and seed.'],
    ['', '"" is no fault. There are loss, duplicate, reorder, delay and seed.'],
    ['toString=1', '"toString" is no fault. There are loss, duplicate, reorder, delay and seed.'],
    ['loss=5', '"loss=5": loss needs a share from 0% to 100%, such as 5%.'],
    ['loss=101%', '"loss=101%": loss needs a share from 0% to 100%, such as 5%.'],
    ['loss', '"loss": loss needs a share from 0% to 100%, such as 5%.'],
    ['reorder=65', '"reorder=65": reorder needs a number of frames from 0 to 64, such as 5.'],
    ['delay=2', '"delay=2": delay needs milliseconds from 0 to 1000, such as 2ms.'],
    ['seed=-1', '"seed=-1": seed needs a whole number from 0 to 4294967295.'],
    ['seed=1=2', '"seed=1=2": seed needs a whole number from 0 to 4294967295.'],
    ['loss=1%,loss=2%', '"loss" is there twice. Name each fault once.'],
  ])('%j is refused: %s', (text, message) => {
    expect(() => parseFaults(text)).toThrow(expect.objectContaining({ name: 'FaultPlanError', message }))
  })
})

describe('the fates of frames', () => {
  const many = (plan: FaultPlan, lane = 0) => Array.from({ length: 20_000 }, fates(plan, lane))

  it('are the same for the same seed, and others for another seed or direction', () => {
    expect(many(plan)).toEqual(many(plan))
    expect(many({ ...plan, seed: 8 })).not.toEqual(many(plan))
    expect(many(plan, 1)).not.toEqual(many(plan, 0))
  })

  it('come in the shares that were asked for', () => {
    const all = many(plan)
    const share = (count: number) => count / all.length
    expect(share(all.filter(({ copies }) => copies === 0).length)).toBeCloseTo(0.05, 1.9)
    expect(share(all.filter(({ copies }) => copies === 2).length)).toBeCloseTo(0.05, 1.9)
    expect(share(all.filter(({ overtakenBy }) => overtakenBy > 0).length)).toBeCloseTo(0.095, 1.9)
    expect(new Set(all.map(({ overtakenBy }) => overtakenBy))).toEqual(new Set([0, 1, 2, 3, 4, 5]))
  })

  it('lose the same frames whether or not others are repeated', () => {
    const lost = (plan: FaultPlan) => many(plan).map(({ copies }) => copies === 0)
    expect(lost({ ...plan, duplicate: 0, reorder: 0 })).toEqual(lost(plan))
  })
})

describe('a lane', () => {
  it('without faults delivers at once and in order', () => {
    const arrived: Buffer[] = []
    const lane = new FaultyLane(NO_FAULTS, 0, (frame) => arrived.push(frame))
    lane.pass(Buffer.of(1))
    lane.pass(Buffer.of(2))
    expect(arrived).toEqual([Buffer.of(1), Buffer.of(2)])
  })

  it('lets a frame be overtaken by at most as many as asked for, and loses none by that', async () => {
    const arrived = await arrivals({ ...NO_FAULTS, reorder: 5 }, 2000)
    expect([...arrived].sort((a, b) => a - b)).toEqual(Array.from({ length: 2000 }, (_, at) => at))
    expect(arrived).not.toEqual([...arrived].sort((a, b) => a - b))
    const isHeld = Array.from({ length: 2000 }, fates({ ...NO_FAULTS, reorder: 5 }, 0)).map(
      ({ overtakenBy }) => overtakenBy > 0,
    )
    const overtaking = (number: number) =>
      arrived.slice(0, arrived.indexOf(number)).filter((other) => other > number && !isHeld[other]).length
    expect(Math.max(...arrived.map(overtaking))).toBe(5)
  })

  it('delivers a frame that nobody overtakes, once traffic has stopped', async () => {
    const always = { ...NO_FAULTS, reorder: 64 }
    const held = Array.from({ length: 100 }, fates(always, 0)).findIndex(({ overtakenBy }) => overtakenBy > 1)
    expect(await arrivals(always, held + 1)).toHaveLength(held + 1)
  })

  it('takes as long as its delay and keeps the order', async () => {
    const arrived: { at: number; value: number }[] = []
    const lane = new FaultyLane({ ...NO_FAULTS, delay: 20 }, 0, (frame) =>
      arrived.push({ at: performance.now(), value: frame[0]! }),
    )
    const started = performance.now()
    for (let value = 0; value < 10; value++) lane.pass(Buffer.of(value))
    await expect.poll(() => arrived.length).toBe(10)
    expect(arrived.map(({ value }) => value)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(arrived[0]!.at - started).toBeGreaterThanOrEqual(18)
  })

  it('forgets what is on its way when the cable is pulled', async () => {
    const arrived: Buffer[] = []
    const lane = new FaultyLane({ ...NO_FAULTS, reorder: 64, delay: 5 }, 0, (frame) => arrived.push(frame))
    for (let value = 0; value < 50; value++) lane.pass(Buffer.of(value))
    lane.clear()
    await sleep(30)
    expect(arrived).toEqual([])
  })
})
