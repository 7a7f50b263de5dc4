-- Run once, by PostgreSQL's image, when the volume is empty: Airflow's tables and the warehouse are apart,
-- and neither user can open the other's database. Passwords come from the environment, not from a command
-- line that others could read; without one the script fails at its use.
\getenv airflow_password AIRFLOW_DATABASE_PASSWORD
\getenv warehouse_password WAREHOUSE_PASSWORD

create role airflow login password :'airflow_password';
create role dateline login password :'warehouse_password';

create database airflow owner airflow;
create database warehouse owner dateline;

revoke all on database airflow, warehouse, postgres from public;
