/**
 * A stranger with a UDP socket: it sends what it is told in lines such as `10.77.0.1 67 text` on standard input,
 * and reports what it hears in JSON lines. Its one parameter is its port.
 */
import { createSocket } from 'node:dgram'
import { createInterface } from 'node:readline'

const socket = createSocket('udp4')

socket.on('message', (data, { address, port }) => {
  process.stdout.write(`${JSON.stringify({ heard: data.toString(), address, port })}\n`)
})
// Such as a network that cannot be reached while its cable is out.
socket.on('error', () => undefined)

socket.bind(Number(process.argv[2]), () => {
  socket.setBroadcast(true)
  process.stdout.write('{"ready":true}\n')
})

createInterface({ input: process.stdin }).on('line', (line) => {
  const [address, port, text] = line.split(' ')
  socket.send(text ?? '', Number(port), address, () => undefined)
})
