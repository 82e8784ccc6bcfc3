"""The web process as it runs, in a thread of the test's own process and on its database."""

import socket
import threading
from collections.abc import Iterator

import pytest


@pytest.fixture
def served(transactional_db: None, installation: object) -> Iterator[str]:
    """The address of a server that speaks HTTP over a socket, with everything that stands before Django."""
    import uvicorn
    from django.core.asgi import get_asgi_application

    from treue.web.receiving import measured

    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()  # who asks before the server is up waits
        config = uvicorn.Config(
            measured(get_asgi_application()), log_level="critical", lifespan="off", timeout_graceful_shutdown=5
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join()
