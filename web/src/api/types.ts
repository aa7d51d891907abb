import type { components } from './schema';

/** The API's shapes, generated from the server's document, under the console's own short names. */
type Schemas = components['schemas'];

export type Me = Schemas['MeResponse'];
export type TenantMembership = Schemas['TenantMembership'];
export type Member = Schemas['MemberResponse'];
export type AddMember = Schemas['AddMemberRequest'];
export type Invitation = Schemas['InvitationResponse'];
export type Tenant = Schemas['TenantResponse'];
export type TenantAddress = Schemas['TenantAddress'];
export type CreateTenant = Schemas['CreateTenantRequest'];
export type Store = Schemas['StoreResponse'];
export type TenantProduct = Schemas['TenantProductResponse'];
export type Operation = Schemas['OperationResponse'];
export type Event = Schemas['EventResponse'];
export type Money = Schemas['Money'];
export type Variation = Schemas['VariationResponse'];
export type CatalogueCard = Schemas['CatalogueCardResponse'];
export type SearchTerm = Schemas['SearchTerm'];
export type Collection = Schemas['CollectionResponse'];
export type CardWarning = Schemas['CardWarning'];
export type CardRequest = Schemas['CardRequest'];
export type Card = Schemas['CardResponse'];
export type CardImportError = Schemas['CardImportError'];
export type CardImport = Schemas['CardImportResponse'];
