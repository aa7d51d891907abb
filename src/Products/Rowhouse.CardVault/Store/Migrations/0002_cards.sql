create schema if not exists cardvault;

create table cardvault.collections (
    tenant_id uuid not null,
    id uuid not null,
    name text not null,
    name_key text collate "C" not null,
    owner_id uuid not null,
    created_at timestamptz not null,
    version bigint not null,
    constraint pk_collections primary key (tenant_id, id)
);
create unique index ix_collections_name_key on cardvault.collections (tenant_id, name_key);

create table cardvault.cards (
    tenant_id uuid not null,
    id uuid not null,
    catalogue_card_id uuid,
    variation_id uuid,
    variation text,
    attributes text not null,
    card_number text,
    player text not null,
    team text,
    manufacturer text,
    set_name text,
    year integer,
    condition text,
    grader text,
    grade text,
    centering smallint,
    corners smallint,
    edges smallint,
    surface smallint,
    certificate text,
    serial_number integer,
    serial_limit integer,
    quantity integer not null,
    cost_amount bigint,
    cost_currency text,
    acquired_on date,
    location text,
    insured boolean not null,
    tags text not null,
    notes text,
    collection_id uuid,
    created_by uuid not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    version bigint not null,
    player_key text collate "C" not null,
    team_key text collate "C" not null,
    manufacturer_key text collate "C" not null,
    set_key text collate "C" not null,
    number_key text collate "C" not null,
    location_key text collate "C" not null,
    year_key integer not null,
    grade_key smallint not null,
    tag_keys text not null,
    identity uuid,
    words text not null,
    constraint pk_cards primary key (tenant_id, id),
    constraint fk_cards_collections_tenant_id_collection_id foreign key (tenant_id, collection_id) references cardvault.collections (tenant_id, id),
    constraint fk_cards_cards_catalogue_card_id foreign key (catalogue_card_id) references catalogue.cards (id) on delete restrict,
    constraint fk_cards_variations_variation_id foreign key (variation_id) references catalogue.variations (id) on delete restrict
);
create index ix_cards_tenant_id_player_key_id on cardvault.cards (tenant_id, player_key, id);
create index ix_cards_tenant_id_team_key_id on cardvault.cards (tenant_id, team_key, id);
create index ix_cards_tenant_id_set_key_id on cardvault.cards (tenant_id, set_key, id);
create index ix_cards_tenant_id_year_key_id on cardvault.cards (tenant_id, year_key, id);
create index ix_cards_tenant_id_grade_key_id on cardvault.cards (tenant_id, grade_key, id);
create index ix_cards_tenant_id_updated_at_id on cardvault.cards (tenant_id, updated_at, id);
create index ix_cards_tenant_id_created_at_id on cardvault.cards (tenant_id, created_at, id);
create index ix_cards_tenant_id_collection_id_id on cardvault.cards (tenant_id, collection_id, id);
create index ix_cards_tenant_id_catalogue_card_id_id on cardvault.cards (tenant_id, catalogue_card_id, id);
create index ix_cards_tenant_id_variation_id on cardvault.cards (tenant_id, variation_id);
create index ix_cards_tenant_id_identity on cardvault.cards (tenant_id, identity);
create unique index ix_cards_certificate on cardvault.cards (tenant_id, grader, certificate) where certificate is not null;
