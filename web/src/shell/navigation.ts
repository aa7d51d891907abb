import { permissions } from './permissions';
import { IconAlbum, IconBolt, IconBuildingCommunity, IconCards, IconFileImport, IconSearch, IconUsers, type Icon } from '@tabler/icons-react';

export interface Place {
  /** The part of the address after the tenant's (or the platform's). */
  path: string;
  label: 'cardvault.search.title' | 'cardvault.cards.title' | 'cardvault.collections.title' | 'cardvault.import.title' | 'shell.members' | 'shell.tenants' | 'shell.events';
  icon: Icon;
  /** Only for those who may. */
  permission?: string;
}

export interface Section {
  title: string;
  places: Place[];
}

export interface Product {
  name: 'cardvault';
  places: Place[];
}

/** Every product's pages, in the order in which people need them. */
export const products: Product[] = [
  {
    name: 'cardvault',
    places: [
      { path: '/cardvault/cards', label: 'cardvault.cards.title', icon: IconCards },
      { path: '/cardvault/search', label: 'cardvault.search.title', icon: IconSearch },
      { path: '/cardvault/collections', label: 'cardvault.collections.title', icon: IconAlbum },
      { path: '/cardvault/import', label: 'cardvault.import.title', icon: IconFileImport, permission: permissions.editCards },
    ],
  },
];

export const tenantPlaces: Place[] = [{ path: '/members', label: 'shell.members', icon: IconUsers, permission: permissions.readMembers }];
export const platformPlaces: Place[] = [
  { path: '/tenants', label: 'shell.tenants', icon: IconBuildingCommunity },
  { path: '/events', label: 'shell.events', icon: IconBolt },
];
