"""make, CMake, cargo and go, in the sandbox and without network."""

from __future__ import annotations

import os
from pathlib import Path

from tool_at_hand import needs_private_network, program, run, succeeded, write

C = '#include <stdio.h>\nint main(void) { puts("built"); return 0; }\n'


async def test_make_with_two_jobs(workspace: Path) -> None:
    program("make")
    program("cc")
    makefile = "all: a b\n\t./a && ./b\n%: %.c\n\t$(CC) -o $@ $<\n"
    write(workspace, {"Makefile": makefile, "a.c": C, "b.c": C})
    assert succeeded(await run("make -s -j2", workspace)) == "built\nbuilt\n"


async def test_cmake_configures_builds_and_tests(workspace: Path) -> None:
    program("cmake")
    program("cc")
    lists = "cmake_minimum_required(VERSION 3.10)\nproject(x C)\nadd_executable(x x.c)\nenable_testing()\n"
    write(workspace, {"CMakeLists.txt": lists + "add_test(NAME x COMMAND x)\n", "x.c": C})
    script = "cmake -S . -B build && cmake --build build -j2 && cd build && ctest -j2"
    assert "100% tests passed" in succeeded(await run(script, workspace))


async def test_cargo_tests_offline(workspace: Path) -> None:
    needs_private_network()
    program("cargo")
    library = """
#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    #[test]
    fn connects() {
        let server = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = server.local_addr().unwrap();
        let thread = std::thread::spawn(move || server.accept().unwrap().0.write_all(b"served").unwrap());
        let mut text = String::new();
        std::net::TcpStream::connect(address).unwrap().read_to_string(&mut text).unwrap();
        thread.join().unwrap();
        assert_eq!(text, "served");
        assert!(std::process::Command::new("true").status().unwrap().success());
    }
}
"""
    write(workspace, {"Cargo.toml": '[package]\nname = "x"\nversion = "0.1.0"\n', "src/lib.rs": library})
    path = os.path.dirname(program("cargo"))
    said = succeeded(await run(f"PATH={path}:$PATH cargo test --offline -q", workspace))
    assert "1 passed" in said


GO = """package x
import ("io"; "net/http"; "net/http/httptest"; "os/exec"; "testing")
func TestServer(t *testing.T) {
	serve := func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "served") }
	server := httptest.NewServer(http.HandlerFunc(serve))
	defer server.Close()
	for i := 0; i < 50; i++ {
		answer, err := http.Get(server.URL)
		if err != nil { t.Fatal(err) }
		text, _ := io.ReadAll(answer.Body)
		answer.Body.Close()
		if string(text) != "served" { t.Fatal(string(text)) }
		server.CloseClientConnections()
	}
	if err := exec.Command("true").Run(); err != nil { t.Fatal(err) }
}
"""


async def test_go_tests_offline(workspace: Path) -> None:
    """Its build cache is in the home, which is no writable folder: `GOCACHE` names another."""
    needs_private_network()
    program("go")
    write(workspace, {"go.mod": "module x\n", "x_test.go": GO})
    said = succeeded(await run("CGO_ENABLED=0 GOFLAGS=-mod=mod GOCACHE=$TMPDIR/go go test ./...", workspace))
    assert said.startswith("ok")
