import { describe, expect, it } from 'vitest'
import { ServedTree } from '../../electron/chains/tree.ts'

const content = { kind: 'bytes', bytes: new Uint8Array() } as const
const tree = new ServedTree(
  [
    { name: 'pxelinux.0', content, origin: 'test' },
    { name: 'pxelinux.cfg/default', content, origin: 'test' },
    { name: 'mboot.c32', content, origin: 'test' },
  ],
  (name) => name.startsWith('pxelinux.cfg/'),
)

describe('a served tree', () => {
  it.each([
    'pxelinux.cfg/default',
    '/pxelinux.cfg/default',
    '\\pxelinux.cfg\\default',
    '//pxelinux.cfg//default',
    './pxelinux.cfg/./default',
  ])('finds a file by the spelling %s', (name) => {
    expect(tree.lookup(name)).toMatchObject({ found: true, file: { name: 'pxelinux.cfg/default' } })
  })

  it.each([
    '../pxelinux.0',
    'pxelinux.cfg/../pxelinux.0',
    '/etc/passwd',
    'C:\\boot.ini',
    '',
    '/',
    'pxelinux.cfg',
  ])('serves nothing for %s', (name) => {
    expect(tree.lookup(name)).toMatchObject({ found: false })
  })

  it('names what was most likely meant, and nothing when nothing is near', () => {
    expect(tree.lookup('Mboot.C32')).toMatchObject({ found: false, nearest: 'mboot.c32' })
    expect(tree.lookup('mboot.c33')).toMatchObject({ nearest: 'mboot.c32' })
    expect(tree.lookup('vmlinuz')).not.toHaveProperty('nearest')
  })

  it('knows which misses its chain expects', () => {
    expect(tree.lookup('/pxelinux.cfg/01-52-54-00-12-34-56')).toMatchObject({ expected: true })
    expect(tree.lookup('ldlinux.c32')).toMatchObject({ expected: false })
  })
})
