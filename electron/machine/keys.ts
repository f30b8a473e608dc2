/** Punctuation by the key it is on, without and with shift, on a US keyboard (QEMU's QKeyCode names). */
const KEYS: readonly (readonly [key: string, plain: string, shifted: string])[] = [
  ['1', '1', '!'],
  ['2', '2', '@'],
  ['3', '3', '#'],
  ['4', '4', '$'],
  ['5', '5', '%'],
  ['6', '6', '^'],
  ['7', '7', '&'],
  ['8', '8', '*'],
  ['9', '9', '('],
  ['0', '0', ')'],
  ['minus', '-', '_'],
  ['equal', '=', '+'],
  ['bracket_left', '[', '{'],
  ['bracket_right', ']', '}'],
  ['backslash', '\\', '|'],
  ['semicolon', ';', ':'],
  ['apostrophe', "'", '"'],
  ['grave_accent', '`', '~'],
  ['comma', ',', '<'],
  ['dot', '.', '>'],
  ['slash', '/', '?'],
  ['spc', ' ', ' '],
  ['ret', '\n', '\n'],
  ['tab', '\t', '\t'],
]

const CHORDS = new Map<string, readonly string[]>()
for (const [key, plain, shifted] of KEYS) CHORDS.set(shifted, ['shift', key]).set(plain, [key])
for (const letter of 'abcdefghijklmnopqrstuvwxyz')
  CHORDS.set(letter, [letter]).set(letter.toUpperCase(), ['shift', letter])

/** The keys to press together for a character; undefined when a US keyboard has none. */
export function chordFor(character: string): readonly string[] | undefined {
  return CHORDS.get(character)
}
