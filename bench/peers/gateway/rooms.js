// What both peers share: sockets that show who they are, and rooms they join.

import jwt from 'jsonwebtoken'
import { Server } from 'socket.io'

/**
 * Socket.IO as it is set up for speed: over WebSocket from the start, without compression, and
 * without keeping each socket's first request, as its page on memory advises.
 */
export function serveRooms(httpServer, onMessage) {
  const io = new Server(httpServer, {
    transports: ['websocket'],
    perMessageDeflate: false,
    serveClient: false,
  })
  io.engine.on('connection', (socket) => {
    socket.request = null
  })
  io.use((socket, next) => {
    try {
      const claims = jwt.verify(socket.handshake.auth.token, process.env.JWT_SECRET)
      socket.data.user = { id: claims.sub, username: claims.username }
      next()
    } catch {
      next(new Error('unauthenticated'))
    }
  })
  io.on('connection', (socket) => {
    socket.on('join_event_room', ({ eventId }, ack) => {
      const roomId = roomOf(eventId)
      socket.join(roomId)
      ack({ roomId })
    })
    socket.on('send_event_message', async (message, ack) => {
      const roomId = roomOf(message.eventId)
      if (!socket.rooms.has(roomId)) return ack({ error: 'not_participant' })
      try {
        const said = await onMessage(socket.data.user, message)
        io.to(roomId).emit('event_message', { ...said, roomId })
        ack(said)
      } catch (error) {
        console.error(error)
        ack({ error: 'internal' })
      }
    })
  })
  return io
}

/** Listens on a port the system chooses, says which, and lets garbage go when asked to. */
export function listen(httpServer) {
  httpServer.listen(0, '127.0.0.1', () => console.log(httpServer.address().port))
  process.on('SIGUSR2', () => globalThis.gc?.())
  process.on('SIGTERM', () => process.exit(0))
}

function roomOf(eventId) {
  return `event:${eventId}`
}
