// usage: node nostr_write.mjs INSTALLED URL < ORDERS
// Writes events to a relay with software that we did not write (@noble/curves signs). An order a line, JSON:
//     {"as":"name", "kind":1, "content":"..", "tags":[..], "created_at":..}     one event; the key is made from the name. Answers {"id":..,"pubkey":..,"ok":..,"said":..}
//     {"many":1000, "each_ms":5, "people":20}                                   so many notes, then {"ids":[..]}
import { createRequire } from 'node:module'
import crypto from 'node:crypto'
import path from 'node:path'
import readline from 'node:readline'

const [installed, url] = process.argv.slice(2)
const require = createRequire(path.join(installed, 'package.json'))
const { schnorr } = require('@noble/curves/secp256k1')
const WebSocket = require('ws')

const hex = (bytes) => Buffer.from(bytes).toString('hex')
const sha256 = (text) => crypto.createHash('sha256').update(text).digest()
const keys = new Map()
const keyOf = (name) => {
  if (!keys.has(name)) keys.set(name, { secret: sha256('key of ' + name), pubkey: hex(schnorr.getPublicKey(sha256('key of ' + name))) })
  return keys.get(name)
}
export const make = (name, { kind = 1, content = '', tags = [], created_at = Math.floor(Date.now() / 1000) }) => {
  const { secret, pubkey } = keyOf(name)
  const id = sha256(JSON.stringify([0, pubkey, created_at, kind, tags, content]))
  return { id: hex(id), pubkey, created_at, kind, tags, content, sig: hex(schnorr.sign(id, secret)) }
}

const socket = new WebSocket(url)
const waiting = new Map()
socket.on('message', (data) => {
  const message = JSON.parse(data)
  if (message[0] === 'OK') waiting.get(message[1])?.(message)
})
const send = (event) => new Promise((resolve) => {
  waiting.set(event.id, (message) => { waiting.delete(event.id); resolve(message) })
  socket.send(JSON.stringify(['EVENT', event]))
})
await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject))
for await (const line of readline.createInterface({ input: process.stdin })) {
  const order = JSON.parse(line)
  if (order.many) {
    const ids = [], sent = []
    for (let i = 0; i < order.many; i++) {
      const event = make('person ' + (i % (order.people ?? 20)), { content: `post ${i} of many, #tag${i % 7} \"quoted\"\n\tand ü ${'x'.repeat(i % 50)}`, created_at: order.from ? order.from + Math.floor(i * order.step) : undefined })
      ids.push(event.id)
      sent.push(send(event))
      if (order.each_ms ? true : i % 100 === 99) await Promise.all([new Promise((resolve) => setTimeout(resolve, order.each_ms ?? 0)), sent[Math.max(0, i - 50)]])
    }
    await Promise.all(sent)
    console.log(JSON.stringify({ ids }))
  } else {
    const event = make(order.as, order)
    const [, , ok, said] = await send(event)
    console.log(JSON.stringify({ id: event.id, pubkey: event.pubkey, ok, said }))
  }
}
socket.close()
