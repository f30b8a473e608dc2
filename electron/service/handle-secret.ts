import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

const SECRET_BYTES = 32

/**
 * The secret that NFS file handles are sealed with, out of `path`; made, for this user's eyes only, when it is not
 * there. Where it cannot be kept a new one does, which `notice` tells: clients have to mount again after a restart.
 */
export async function loadHandleSecret(path: string, notice: (text: string) => void): Promise<Buffer> {
  const kept = await readFile(path).catch(() => undefined)
  if (kept?.length === SECRET_BYTES) return kept
  const secret = randomBytes(SECRET_BYTES)
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    // A half-written secret would be another one at the next start.
    await writeFile(`${path}.new`, secret, { mode: 0o600 })
    await rename(`${path}.new`, path)
  } catch (error) {
    notice(
      `The secret of file handles cannot be kept in ${path}, so that clients have to mount again after a restart: ${(error as Error).message}.`,
    )
  }
  return secret
}
