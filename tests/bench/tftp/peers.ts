/** Somebody else's TFTP server, and how it is started to serve one folder in the foreground. */
export interface Peer {
  readonly name: string
  readonly program: string
  readonly port: number
  arguments(folder: string): readonly string[]
}

export const peers: readonly Peer[] = [
  {
    name: 'dnsmasq',
    program: 'dnsmasq',
    // It can serve TFTP on no other port.
    port: 69,
    arguments: (folder) => [
      ...['--keep-in-foreground', '--conf-file=/dev/null', '--port=0', '--user=root', '--pid-file='],
      ...['--enable-tftp', `--tftp-root=${folder}`, '--tftp-max=300'],
    ],
  },
  {
    name: 'tftpd-hpa',
    program: 'in.tftpd',
    port: 7003,
    arguments: (folder) => ['-L', '-4', '-a', '127.0.0.1:7003', '-u', 'root', '-s', folder],
  },
  {
    name: 'atftpd',
    program: 'atftpd',
    port: 7004,
    arguments: (folder) => [
      ...['--daemon', '--no-fork', '--port', '7004', '--bind-address', '127.0.0.1', '--maxthread', '300'],
      ...['--user', 'root', '--group', 'root', '--logfile', '/dev/null', folder],
    ],
  },
]
