import { describe, expect, it } from 'vitest'
import { PrivilegeError, servingUser, unreadableFiles } from '../../electron/service/privileges.ts'
import { notOnWindows } from '../skipping.ts'

describe('the user to go on as', notOnWindows, () => {
  it('is the one named, before the one who called sudo', () => {
    expect(servingUser({ SUDO_UID: '2' }, 'daemon')).toMatchObject({ name: 'daemon', uid: 1 })
  })

  it('is the one who called sudo, also one whom no list of users knows', () => {
    expect(servingUser({ SUDO_UID: '1', PKEXEC_UID: '2' })).toMatchObject({ name: 'daemon', uid: 1, gid: 1 })
    expect(servingUser({ SUDO_UID: '54321', SUDO_GID: '54321' })).toMatchObject({ uid: 54321, gid: 54321 })
  })

  it('is nobody when root called sudo as root', () => {
    expect(servingUser({ SUDO_UID: '0' }).name).toBe('nobody')
    expect(servingUser({ SUDO_UID: 'root; id' }).name).toBe('nobody')
  })

  it('has to exist', () => {
    expect(() => servingUser({}, 'no-such-user')).toThrow(PrivilegeError)
    expect(() => servingUser({}, '--help')).toThrow(PrivilegeError)
  })
})

describe('files to serve', () => {
  it('are named when they cannot be read', async () => {
    expect(await unreadableFiles([import.meta.filename, '/no/such/file'])).toEqual(['/no/such/file'])
  })
})
