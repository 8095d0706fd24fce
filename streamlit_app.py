"""The entry, both ways: an application with routes where `st.App` is honoured, else a plain script."""

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

if get_script_run_ctx(suppress_warning=True) is None:  # imported once by the server, before any visitor
    from ui import server

    app = st.App(
        __file__,
        routes=server.routes(),
        middleware=server.middleware(),
        lifespan=server.lifespan,
        on_script_error=server.on_script_error,
    )
else:  # run for a visitor
    from ui import shell

    shell.show()
