// usage: node nostr_liar.mjs INSTALLED: a relay that does not keep to its word, each path in another way. Prints "ready url=ws://..."; ends with its
// standard input. Its WebSocket (ws) and its signatures (@noble/curves) are not ours.
import { createRequire } from 'node:module'
import crypto from 'node:crypto'
import path from 'node:path'

const require = createRequire(path.join(process.argv[2], 'package.json'))
const { schnorr } = require('@noble/curves/secp256k1')
const { WebSocketServer } = require('ws')
const hex = (bytes) => Buffer.from(bytes).toString('hex')
const secret = crypto.createHash('sha256').update('a liar').digest()
const pubkey = hex(schnorr.getPublicKey(secret))
const make = (content, more = {}) => {
  const event = { pubkey, created_at: Math.floor(Date.now() / 1000), kind: 1, tags: [], content, ...more }
  const id = crypto.createHash('sha256').update(JSON.stringify([0, event.pubkey, event.created_at, event.kind, event.tags, event.content])).digest()
  return { ...event, id: hex(id), sig: hex(schnorr.sign(id, secret)) }
}
const say = (socket, ...words) => socket.send(JSON.stringify(words))
const now = () => Math.floor(Date.now() / 1000)

// What each path answers to a REQ; every one ends with a good event, so that it is seen that we still listen.
const ways = {
  forged(socket, id) {
    const good = make('forged')
    say(socket, 'EVENT', id, { ...good, content: 'other words' })
    say(socket, 'EVENT', id, { ...good, sig: '00'.repeat(64) })
    say(socket, 'EVENT', id, { ...good, pubkey: '79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798' })
  },
  garbage(socket, id) {
    for (const text of ['', 'null', '{}', '[]', '[1]', '["EVENT"]', '["EVENT",1,2]', `["EVENT","${id}",{}]`, '['.repeat(5000), '"' + 'x'.repeat(100000), '["OK"]', '["EOSE",7]', '["CLOSED"]', '["NOTICE"]'])
      socket.send(text)
    socket.send(Buffer.from([0, 1, 2, 255]))
    say(socket, 'EVENT', id, { ...make('x'), tags: [['e', { a: 1 }]] })
    say(socket, 'EVENT', 'p99.1.1', make('of nobody'))
  },
  clocks(socket, id) {
    for (const created_at of [0, 1, now() + 86400 * 3, now() + 4000, 9e14]) say(socket, 'EVENT', id, make('wrong clock', { created_at }))
  },
  kinds(socket, id) {
    for (const kind of [3, 4, 30023, 65535]) say(socket, 'EVENT', id, make('unasked', { kind }))
  },
  deletions(socket, id) {
    say(socket, 'EVENT', id, make('', { kind: 5, tags: Array.from({ length: 4000 }, (_, i) => ['e', i.toString(16).padStart(64, '0')]) }))
  },
  oversize(socket) {
    socket.send(Buffer.alloc(8 << 20, 'x'), { binary: false })
  },
  endless(socket, id) {
    let i = 0
    const more = () => { for (let k = 0; k < 100 && socket.readyState === 1; k++) say(socket, 'EVENT', id, make(`endless ${i++}`)); if (socket.readyState === 1) setImmediate(more) }
    more()
    return 'endless'
  },
  rude(socket, id) {
    say(socket, 'CLOSED', id, 'rate-limited: slow down')
    return 'endless'
  },
  locked(socket, id) {
    if (socket.isKnown) return
    say(socket, 'CLOSED', id, 'auth-required: who are you?')
    say(socket, 'AUTH', 'challenge of ' + socket.path)
    return 'endless'
  },
}
const server = new WebSocketServer({ port: 0, host: '127.0.0.1' }, () => console.log(`ready url=ws://127.0.0.1:${server.address().port}`))
server.on('connection', (socket, request) => {
  socket.path = request.url.slice(1)
  socket.on('error', () => {})
  socket.on('message', (data) => {
    const [kind, id, filter] = JSON.parse(data)
    if (kind === 'AUTH') {
      const is_good = schnorr.verify(id.sig, id.id, id.pubkey) && id.kind === 22242 && id.tags.some((tag) => tag[0] === 'challenge' && tag[1] === 'challenge of ' + socket.path)
      socket.isKnown = is_good
      return say(socket, 'OK', id.id, is_good, is_good ? '' : 'invalid: not you')
    }
    if (kind === 'EVENT') {
      const answers = { pow: 'pow: 28 bits needed', blocked: 'blocked: not you', error: 'error: disk full', invalid: 'invalid: too long', limited: 'rate-limited: wait', known: 'duplicate: have it' }
      return socket.path === 'mute' ? null : say(socket, 'OK', id.id, false, answers[socket.path] ?? 'restricted: no')
    }
    if (kind !== 'REQ') return
    if (filter.kinds?.[0] === 0) return say(socket, 'EOSE', id)
    if (id[0] === 'p' && ways[socket.path]?.(socket, id) === 'endless') return
    if (id[0] === 'l' && (socket.path === 'rude' || (socket.path === 'locked' && !socket.isKnown))) { ways[socket.path](socket, id); return }
    if (id[0] === 'p' && !socket.isDone) say(socket, 'EVENT', id, make('the end of ' + socket.path))
    socket.isDone = socket.isDone || id[0] === 'p'
    say(socket, 'EOSE', id)
  })
})
process.stdin.on('end', () => process.exit(0)).resume()
