import { el, redraw } from './dom.js'

/**
 * The channels, each with its threads below it. `read` says up to which message a channel has been read; newer ones
 * mark it, and those that ping are counted.
 */
export function drawSide(nodes, view, { current, read, open }) {
  nodes.guild.textContent = view.guild
  const top = view.channels.filter((channel) => !channel.parentId)
  const under = (channel) => view.channels.filter((thread) => thread.parentId === channel.id)
  redraw(
    nodes.channels,
    top.flatMap((channel) => [entry(channel), ...under(channel).map(entry)]),
  )

  function entry(channel) {
    const seen = BigInt(read(channel.id) ?? 0)
    const fresh = view.messages.filter((message) => message.channelId === channel.id && BigInt(message.id) > seen)
    const pings = fresh.filter((message) => message.pingsSelf).length
    return el(
      'button',
      {
        type: 'button',
        class: `channel${channel.parentId ? ' sub' : ''}${fresh.length > 0 ? ' fresh' : ''}`,
        'aria-current': channel.id === current ? 'page' : undefined,
        'data-control': `open ${channel.id}`,
        onclick: () => open(channel.id),
      },
      el('span', { class: 'sign', 'aria-hidden': true }, channel.parentId ? '↳' : '#'),
      el('span', { class: 'channel-name' }, channel.name),
      channel.isArchived && el('span', { class: 'faint' }, 'archived'),
      fresh.length > 0 && pings === 0 && el('span', { class: 'unread', role: 'img', 'aria-label': 'unread' }),
      pings > 0 && el('span', { class: 'badge', 'aria-label': `${pings} for you` }, pings),
    )
  }
}
