-- The role that Lifeguard logs in as. Run as a superuser, once per server, in any database:
--
--   psql -v password="'…'" -f deploy/postgres/role.sql
--
-- It may see who is connected and end backends of ordinary roles. It is no superuser, owns nothing and reads no table.
-- May be run again: it only adds what is missing. PostgreSQL 13 to 18.

SELECT 'CREATE ROLE lifeguard LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'lifeguard') \gexec
ALTER ROLE lifeguard LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION CONNECTION LIMIT 5 PASSWORD :password;

-- See the state of every role's backends, and the limits; terminate those of ordinary roles (never a superuser's).
GRANT pg_monitor, pg_signal_backend TO lifeguard;

-- 16 and later: log in when everybody else is refused. Takes effect with reserved_connections >= 2, which needs a restart:
--   ALTER SYSTEM SET reserved_connections = 2;
SELECT 'GRANT pg_use_reserved_connections TO lifeguard' WHERE current_setting('server_version_num')::int >= 160000 \gexec

-- The canary: a login without any right, to be refused where users are. Optional; its password is its own.
--   CREATE ROLE canary LOGIN PASSWORD '…' CONNECTION LIMIT 1;
