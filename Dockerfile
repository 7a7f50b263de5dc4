# One image for every process of Airflow: dags, plugins and the library belong to the same commit.
FROM python:3.13-slim

# Airflow's settings that follow from the image; what follows from the installation is in the compose file.
ENV PATH=/opt/dateline/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1 \
    AIRFLOW_HOME=/opt/airflow \
    AIRFLOW__CORE__DAGS_FOLDER=/opt/dateline/dags \
    AIRFLOW__CORE__PLUGINS_FOLDER=/opt/dateline/plugins \
    AIRFLOW__CORE__LOAD_EXAMPLES=False \
    AIRFLOW__LOGGING__BASE_LOG_FOLDER=/opt/airflow/logs \
    AIRFLOW__USAGE_DATA_COLLECTION__ENABLED=False \
    DBT_SEND_ANONYMOUS_USAGE_STATS=false \
    DATELINE_DATA_DIR=/var/lib/dateline

# The code will belong to root: a task that is tricked into writing files can not change it. Named volumes
# take over the owner of the folder that they cover, so those that are written exist in the image.
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /opt/airflow --shell /usr/sbin/nologin dateline \
 && install -d -o dateline -g dateline /opt/airflow /opt/airflow/logs /var/lib/dateline /var/lib/dateline/archive

# The lock alone, first: a change of our code must not install 200 packages again. It is complete, and pip
# refuses FastAPI's extras where it resolves in hash mode: hence --no-deps, and the check. An environment,
# because Debian's own python takes no packages beside its system's.
COPY deploy/requirements.lock /opt/dateline/deploy/
RUN python3 -m venv /opt/dateline/venv \
 && pip install --no-deps --require-hashes --requirement /opt/dateline/deploy/requirements.lock \
 && pip check

# In place, as in a checkout: the library looks for the dbt project beside itself. Compiled, because the
# user can not write here and each task would compile it anew.
COPY . /opt/dateline
WORKDIR /opt/dateline
RUN pip install --no-deps --no-build-isolation --editable . \
 && rm -rf ./*.egg-info \
 && python -m compileall -q dags pipeline plugins

USER dateline
