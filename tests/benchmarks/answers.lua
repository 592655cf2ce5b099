-- Quotes-only answers a second, for wrk: the README's figures say how it is run.
wrk.method = "POST"
wrk.body = '{"question": "Why is Moscow ready to tolerate Baku?"}'
wrk.headers["Content-Type"] = "application/json"
