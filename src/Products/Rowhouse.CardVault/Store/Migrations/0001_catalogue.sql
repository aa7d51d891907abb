-- The shared catalogue of checklists: read by every tenant, written by the platform's role alone.
create schema if not exists catalogue;

create table catalogue.releases (
    id uuid not null,
    sport text not null,
    year integer not null,
    name text collate "C" not null,
    manufacturer text,
    card_count integer not null,
    constraint pk_releases primary key (id)
);
create index ix_releases_year_name_id on catalogue.releases (year, name, id);

create table catalogue.sets (
    id uuid not null,
    release_id uuid not null,
    ordinal integer not null,
    name text not null,
    kind smallint not null,
    card_count integer not null,
    constraint pk_sets primary key (id),
    constraint fk_sets_releases_release_id foreign key (release_id) references catalogue.releases (id) on delete restrict
);
create index ix_sets_release_id_ordinal on catalogue.sets (release_id, ordinal);

create table catalogue.cards (
    id uuid not null,
    set_id uuid not null,
    ordinal integer not null,
    number text not null,
    name text not null,
    attributes text[] not null,
    note text,
    rank integer not null,
    words tsvector not null,
    constraint pk_cards primary key (id),
    constraint fk_cards_sets_set_id foreign key (set_id) references catalogue.sets (id) on delete restrict
);
create index ix_cards_set_id_ordinal on catalogue.cards (set_id, ordinal);
create index ix_cards_words on catalogue.cards using gin (words);
create index ix_cards_words_most_wanted on catalogue.cards using gin (words) where rank < 102400000;

create table catalogue.variations (
    id uuid not null,
    card_id uuid not null,
    ordinal integer not null,
    name text not null,
    note text,
    constraint pk_variations primary key (id),
    constraint fk_variations_cards_card_id foreign key (card_id) references catalogue.cards (id) on delete restrict
);
create index ix_variations_card_id_ordinal on catalogue.variations (card_id, ordinal);
