"""Databases that a command starts for its tests, by port and by a socket with a path, in the sandbox."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tool_at_hand import needs_private_network, program, run, succeeded, write


async def test_sqlite_with_a_journal_in_shared_memory(workspace: Path) -> None:
    script = """
import sqlite3, threading
def add(n):
    with sqlite3.connect("db", timeout=30) as base:
        base.execute("insert into t values (?)", (n,))
base = sqlite3.connect("db")
print(base.execute("pragma journal_mode=wal").fetchone()[0])
base.execute("create table t (n)")
threads = [threading.Thread(target=add, args=(n,)) for n in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(base.execute("select sum(n) from t").fetchone()[0])
"""
    write(workspace, {"wal.py": script})
    assert succeeded(await run(f"{sys.executable} wal.py", workspace)) == "wal\n28\n"


async def test_the_shell_of_sqlite(workspace: Path) -> None:
    sqlite = program("sqlite3")
    assert (
        succeeded(await run(f"{sqlite} db 'create table t(n); insert into t values(1); select * from t'", workspace))
        == "1\n"
    )


async def test_redis_by_port_and_by_path(workspace: Path) -> None:
    needs_private_network()
    server, client = program("redis-server"), program("redis-cli")
    script = f"""
        {server} --port 6379 --unixsocket $PWD/redis.sock --save '' --daemonize yes --dir $PWD > log
        for _ in $(seq 200); do {client} ping > /dev/null 2>&1 && break; sleep 0.02; done
        {client} set key value; {client} -s redis.sock get key; {client} -p 6379 shutdown nosave
    """
    assert succeeded(await run(script, workspace)) == "OK\nvalue\n"


async def test_postgresql_by_port_and_by_path(workspace: Path) -> None:
    needs_private_network()
    folder = os.path.dirname(program("initdb"))
    program("psql")
    as_somebody = ""
    if os.geteuid() == 0:  # which PostgreSQL does not run as
        as_somebody = f"{program('setpriv')} --reuid=65534 --regid=65534 --clear-groups"
        workspace.parent.chmod(0o755)
        os.chown(workspace, 65534, 65534)
    script = f"""
        export PATH=$PATH:{folder} PGUSER=tester PGDATABASE=postgres
        initdb -D data -U tester -A trust > log && pg_ctl -D data -w -l log2 -o "-k $PWD -p 5433" start > log3
        psql -h 127.0.0.1 -p 5433 -Atc 'select 6 * 7'; psql -h $PWD -p 5433 -Atc 'select 7 * 7'
        pg_ctl -D data -m fast stop > log4
    """
    write(workspace, {"database.sh": script})
    assert succeeded(await run(f"{as_somebody} bash database.sh", workspace)) == "42\n49\n"
