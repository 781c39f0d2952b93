// Express, Socket.IO and Prisma: what is said is stored in PostgreSQL, then goes to the room.

import { createServer } from 'node:http'
import { PrismaPg } from '@prisma/adapter-pg'
import { PrismaClient } from '@prisma/client'
import express from 'express'
import { listen, serveRooms } from './rooms.js'

const adapter = new PrismaPg({ connectionString: process.env.DATABASE_URL })
const prisma = new PrismaClient({ adapter })
await prisma.$connect()

const app = express()
app.disable('x-powered-by')
app.get('/api/events/:id/messages', async (request, response) => {
  const where = { eventId: request.params.id }
  const items = await prisma.message.findMany({ where, orderBy: { createdAt: 'desc' }, take: 100 })
  response.json({ items })
})

const httpServer = createServer(app)
serveRooms(httpServer, async (user, { messageId, eventId, content }) => {
  const message = await prisma.message.create({
    data: { id: messageId, eventId, userId: user.id, content },
  })
  return { ...message, username: user.username, avatar: null }
})
listen(httpServer)
