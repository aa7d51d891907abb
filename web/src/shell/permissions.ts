/** The permissions that pages ask about; a membership lists the ones that its role has. */
export const permissions = {
  editCards: 'cardvault.cards.edit',
  readMembers: 'platform.members.read',
  editMembers: 'platform.members.edit',
} as const;
