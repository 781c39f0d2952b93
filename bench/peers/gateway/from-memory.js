// Socket.IO alone: what is said goes to the room, and is kept nowhere.

import { createServer } from 'node:http'
import { listen, serveRooms } from './rooms.js'

const httpServer = createServer()
serveRooms(httpServer, (user, { messageId, eventId, content }) => ({
  id: messageId,
  eventId,
  userId: user.id,
  username: user.username,
  avatar: null,
  content,
  type: 'text',
  createdAt: new Date().toISOString(),
}))
listen(httpServer)
