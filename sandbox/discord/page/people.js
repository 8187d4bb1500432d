import { colorOf, el, redraw } from './dom.js'
import { avatar } from './message.js'

/** Everybody with their roles: a press gives or takes one, another acts as them. */
export function people(root, { control, actAs }) {
  return (view) => {
    const persons = view.members.filter((member) => !member.isBot)
    const bots = view.members.filter((member) => member.isBot)
    const roles = view.roles.filter((role) => !role.isOfBot)
    const ownRoles = view.roles.filter((role) => role.isOfBot)
    redraw(root, [
      el('p', { class: 'hint' }, 'Press a role to give or take it. It counts from the next click on.'),
      el(
        'ul',
        { class: 'people' },
        persons.map((member) => personNode(member, roles, view.self)),
        bots.map((member) => personNode(member, ownRoles, view.self)),
      ),
    ])
  }

  function personNode(member, roles, self) {
    const isSelf = member.id === self
    return el(
      'li',
      { class: isSelf ? 'person self' : 'person' },
      avatar(member),
      el(
        'div',
        { class: 'person-words' },
        el(
          'p',
          { class: 'person-name' },
          el('b', {}, member.name),
          member.isBot && el('span', { class: 'tag' }, 'bot'),
          isSelf && el('span', { class: 'faint' }, 'you act as'),
          !member.isBot &&
            !isSelf &&
            el(
              'button',
              {
                type: 'button',
                class: 'plain',
                'data-control': `as ${member.id}`,
                'aria-label': `Act as ${member.name}`,
                onclick: () => actAs(member.id),
              },
              'Act as',
            ),
        ),
        el('div', { class: 'chips', role: 'group', 'aria-label': `Roles of ${member.name}` }, roles.map(chip(member))),
      ),
    )
  }

  function chip(member) {
    return (role) => {
      const isHeld = member.roleIds.includes(role.id)
      return el(
        'button',
        {
          type: 'button',
          class: 'chip',
          style: role.color ? `--role:${colorOf(role.color)}` : undefined,
          'aria-pressed': String(isHeld),
          'data-control': `role ${member.id} ${role.id}`,
          title: isHeld ? `Take ${role.name} from ${member.name}` : `Give ${role.name} to ${member.name}`,
          onclick: () => control({ kind: 'role', member: member.id, role: role.id, isHeld: !isHeld }),
        },
        el('span', { class: 'chip-sign', 'aria-hidden': true }, isHeld ? '✓' : '+'),
        role.name,
      )
    }
  }
}
