/**
 * The files of a drop, and those in its folders. A browser gives a folder as a `File` that cannot be read, and what is
 * in it by its entry, which can be had only while the event lasts. Rejects when a folder cannot be read.
 */
export async function filesInDrop({ items, files }: DataTransfer): Promise<readonly File[]> {
  const entries = [...items].flatMap((item) => item.webkitGetAsEntry() ?? [])
  if (!entries.some(isFolder)) return [...files]
  return (await Promise.all(entries.map(filesOf))).flat()
}

async function filesOf(entry: FileSystemEntry): Promise<readonly File[]> {
  if (isFolder(entry)) return (await Promise.all((await entriesOf(entry)).map(filesOf))).flat()
  const file = await new Promise<File>((resolve, reject) =>
    (entry as FileSystemFileEntry).file(resolve, reject),
  )
  const path = entry.fullPath.slice(1)
  // As a file has it that was chosen with its folder.
  return [path.includes('/') ? Object.defineProperty(file, 'webkitRelativePath', { value: path }) : file]
}

/** It is read in portions. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<readonly FileSystemEntry[]> {
  const reader = folder.createReader()
  const entries: FileSystemEntry[] = []
  for (;;) {
    const more = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    )
    if (more.length === 0) return entries
    entries.push(...more)
  }
}

const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory
