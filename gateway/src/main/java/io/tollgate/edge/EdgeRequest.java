package io.tollgate.edge;

import io.tollgate.proxy.Route;
import io.tollgate.proxy.Target;
import io.vertx.core.http.HttpServerRequest;

/** A request that was accepted: what is asked for, and the route that takes it. */
record EdgeRequest(HttpServerRequest http, String requestId, Target target, Route route) {}
