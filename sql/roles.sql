-- Who may do what in the warehouse. Idempotent, for PostgreSQL 15 and newer, by psql or any other client:
--
--     psql --set=ON_ERROR_STOP=1 --dbname=warehouse --file=sql/roles.sql
--
-- As a superuser, or as the administrator of a managed server who may create roles and is a member of the role that
-- owns the schemas `news` and `ops`. Run it before the first `dateline migrate`, after every one, and after an analyst
-- was added: it acts on what is there, and by default privileges on the tables that follow.
--
--     dateline_loader       writes news and ops: polls, loads, backfills. Where it made them, it migrates them.
--     dateline_transformer  reads them without the secrets, and makes marts, staging and snapshots: dbt.
--     dateline_analyst      reads news, staging and marts; no ops, no secret, no writing; 15 minutes a statement.
--
-- The first two may log in once they have a password (`alter role dateline_loader password …`). Analysts are members:
-- `create role ann login password '…' in role dateline_analyst`.
--
-- Secrets are named columns that only the loader reads: the keys of hubs' pushes, request headers of publishers.
--
-- A warehouse whose `news` belongs to another role than dateline_loader stays that role's: it migrates and makes the
-- marts, and dateline_loader and dateline_transformer may be given to further users.

do $roles$
declare
    secrets constant jsonb := '{"news.source": ["headers"], "ops.subscription": ["token", "secret"]}';
    owner name;   -- of news and ops
    builder name; -- of the schemas that dbt fills
    one record;
    shown text;
begin
    -- The roles. Whoever makes them must be able to act as they do, which only a superuser is without being told.
    for one in
        select role, login
        from (values ('dateline_loader', 'login'), ('dateline_transformer', 'login'), ('dateline_analyst', 'nologin'))
            as roles (role, login)
        where not exists (select from pg_roles where rolname = role)
    loop
        execute format('create role %I %s', one.role, one.login);
        if not (select rolsuper from pg_roles where rolname = current_user) then
            execute format('grant %I to %I', one.role, current_user);
        end if;
    end loop;
    execute format(
        'grant connect on database %I to dateline_loader, dateline_transformer, dateline_analyst', current_database()
    );
    -- Both make schemas: `create schema if not exists` asks for the right even where there is one.
    execute format('grant create, temporary on database %I to dateline_loader, dateline_transformer', current_database());
    -- A migration takes the views of staging down, which hang on the tables that it changes.
    grant dateline_transformer to dateline_loader;

    -- The schemas.
    owner := coalesce(
        (select rolname from pg_namespace join pg_roles on pg_roles.oid = nspowner where nspname = 'news'),
        'dateline_loader'
    );
    builder := case owner when 'dateline_loader' then 'dateline_transformer' else owner end;
    for one in
        select name, case when name in ('news', 'ops') then owner else builder end as role
        from unnest(array['news', 'ops', 'staging', 'snapshots', 'marts']) as name
        where to_regnamespace(name) is null
    loop
        execute format('create schema %I authorization %I', one.name, one.role);
    end loop;

    -- The loader writes, the transformer reads; in a schema of their own they may already.
    grant usage on schema news, ops to dateline_loader, dateline_transformer;
    grant select, insert, update, delete on all tables in schema news, ops to dateline_loader;
    grant usage, select on all sequences in schema news, ops to dateline_loader;
    grant select on all tables in schema news, ops to dateline_transformer;
    grant usage, create on schema staging, snapshots, marts to dateline_transformer;
    grant usage on schema staging, marts to dateline_analyst;
    grant select on all tables in schema staging, marts to dateline_analyst;
    revoke all on schema ops from dateline_analyst;
    revoke all on all tables in schema ops from dateline_analyst;
    grant select on all tables in schema news to dateline_analyst;
    -- Before the first migration there is no column to withhold: nothing of news is shown yet.
    if to_regclass('news.source') is not null then
        grant usage on schema news to dateline_analyst;
    end if;

    -- All but the secrets, column by column.
    for one in
        select key as relation, value as hidden from jsonb_each(secrets) where to_regclass(key) is not null
    loop
        select string_agg(quote_ident(attname), ', ' order by attnum) into shown
        from pg_attribute
        where attrelid = one.relation::regclass and attnum > 0 and not attisdropped
            and not one.hidden ? attname::text;
        execute format('revoke all on %s from dateline_transformer, dateline_analyst', one.relation);
        execute format('grant select (%s) on %s to dateline_transformer', shown, one.relation);
        if one.relation like 'news.%' then
            execute format('grant select (%s) on %s to dateline_analyst', shown, one.relation);
        end if;
    end loop;

    -- The tables that come later, of whoever makes them: the owners of the schemas, and of tables that are there.
    for one in
        select distinct nspname as name, rolname as role
        from pg_namespace
        left join pg_class on relnamespace = pg_namespace.oid
        join pg_roles on pg_roles.oid in (nspowner, relowner)
        where nspname in ('news', 'ops', 'staging', 'marts')
    loop
        if one.name in ('news', 'ops') then
            execute format(
                'alter default privileges for role %I in schema %I grant select, insert, update, delete on tables to dateline_loader',
                one.role, one.name
            );
            execute format(
                'alter default privileges for role %I in schema %I grant usage, select on sequences to dateline_loader',
                one.role, one.name
            );
            execute format(
                'alter default privileges for role %I in schema %I grant select on tables to dateline_transformer',
                one.role, one.name
            );
        end if;
        if one.name <> 'ops' then
            execute format(
                'alter default privileges for role %I in schema %I grant select on tables to dateline_analyst',
                one.role, one.name
            );
        end if;
    end loop;

    -- A setting of a role counts for those who log in as it, not for its members: each analyst has them.
    for one in
        select rolname as role
        from pg_roles
        where not rolsuper and rolname not in ('dateline_loader', 'dateline_transformer', current_user, owner)
            and pg_has_role(oid, 'dateline_analyst', 'member')
    loop
        -- A question that runs wild must not hold back the pipeline's vacuum for days.
        execute format('alter role %I set statement_timeout = %L', one.role, '15min');
        execute format('alter role %I set idle_in_transaction_session_timeout = %L', one.role, '15min');
        execute format('alter role %I set default_transaction_read_only = on', one.role);
    end loop;
end
$roles$;
