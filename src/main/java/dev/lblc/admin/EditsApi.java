package dev.lblc.admin;

import dev.lblc.config.ConfigException;
import dev.lblc.config.RequestReader;
import dev.lblc.config.ServerChange;
import dev.lblc.plugin.Lblc;
import dev.lblc.plugin.LblcService;
import dev.lblc.plugin.ServiceStatus.ServerStatus;
import dev.lblc.scheduler.EditConflictException;
import dev.lblc.scheduler.ServerEdit;
import dev.lblc.scheduler.ServerSpec;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The endpoints that change what runs: servers and destinations.
 *
 * <pre>
 * the service and the server are there (404), the body can be read (400, 408, 413, 415, 422), If-Match names what is there (412)
 * then the edit is made, in a cluster on all nodes, and the answer shows the server since
 * </pre>
 */
final class EditsApi {
  private static final String SERVERS = ServicesApi.SERVICE + "/servers";
  private static final String SERVER = SERVERS + "/{server}";
  private static final List<String> JSON = List.of("application/json");
  private static final List<String> PATCHES =
      List.of("application/json", "application/merge-patch+json");
  private static final String BODY = "body";

  private final Vertx vertx;
  private final Lblc lblc;
  private final long bodyMillis;

  /** Whose bodies have to come within so many milliseconds. */
  EditsApi(Vertx vertx, Lblc lblc, long bodyMillis) {
    this.vertx = vertx;
    this.lblc = lblc;
    this.bodyMillis = bodyMillis;
  }

  void addTo(Endpoints endpoints) {
    endpoints.add(HttpMethod.GET, SERVERS, "the servers of a service", this::servers);
    endpoints.add(HttpMethod.POST, SERVERS, "adds a server", this::add);
    endpoints.add(HttpMethod.GET, SERVER, "one server", this::server);
    endpoints.add(
        HttpMethod.PATCH, SERVER, "changes its weight, upper, lower or max", this::change);
    endpoints.add(HttpMethod.DELETE, SERVER, "removes it", this::remove);
    endpoints.add(
        HttpMethod.DELETE, SERVER + "/edit", "makes it what the file says again", this::undo);
    endpoints.add(HttpMethod.POST, SERVER + "/drain", "gives it nothing new", this::drain);
    endpoints.add(HttpMethod.DELETE, SERVER + "/drain", "uses it again", this::endDrain);
    endpoints.add(
        HttpMethod.DELETE,
        ServicesApi.DESTINATIONS,
        "forgets all, or those that begin with ?prefix=P",
        this::forgetAll);
    endpoints.add(HttpMethod.DELETE, ServicesApi.DESTINATION, "forgets one", this::forget);
  }

  private void servers(AdminRequest request) {
    JsonArray servers = new JsonArray();
    ServicesApi.named(lblc, request)
        .status()
        .servers()
        .forEach(server -> servers.add(server.toJson()));
    Responses.json(request.response(), servers);
  }

  private void server(AdminRequest request) {
    show(request, 200, existing(request));
  }

  private void add(AdminRequest request) {
    LblcService service = ServicesApi.named(lblc, request);
    body(request, JSON, text -> {
      ServerSpec server = read(() -> RequestReader.server(BODY, text));
      ServerStatus there = find(service, server.id());
      if (there != null) {
        throw new ProblemException(409, "server " + server.id() + " is there already");
      }
      Future<Void> added = service.edit(new ServerEdit.Add(server), null);
      whenDone(request, added, null, done -> {
        request.response().putHeader(HttpHeaders.LOCATION, location(service, server.id()));
        show(request, 201, required(service, server.id()));
      });
    });
  }

  private void change(AdminRequest request) {
    existing(request);
    body(request, PATCHES, text -> {
      ServerChange change = read(() -> RequestReader.serverChange(BODY, text));
      ServerStatus server = existing(request);
      String version = ifMatch(request, server);
      if (change.isEmpty()) {
        show(request, 200, server);
        return;
      }
      edit(
          request,
          new ServerEdit.Change(
              server.id(), change.weight(), change.upper(), change.lower(), change.max()),
          version,
          200);
    });
  }

  private void remove(AdminRequest request) {
    LblcService service = ServicesApi.named(lblc, request);
    ServerStatus server = existing(request);
    String version = ifMatch(request, server);
    Future<Void> removed = service.edit(new ServerEdit.Remove(server.id()), version);
    whenDone(request, removed, version, done -> Responses.nothing(request.response()));
  }

  private void undo(AdminRequest request) {
    LblcService service = ServicesApi.named(lblc, request);
    String id = request.parameter("server");
    ServerStatus server = find(service, id);
    String version = ifMatch(request, server);
    Future<Void> undone = service
        .undoEdits(id, version)
        .recover(failure -> isRefused(failure)
            ? Future.failedFuture(new ProblemException(404, String.valueOf(failure.getMessage())))
            : Future.failedFuture(failure));
    whenDone(request, undone, version, done -> {
      ServerStatus since = find(service, id);
      if (since == null) {
        Responses.nothing(request.response());
      } else {
        show(request, 200, since);
      }
    });
  }

  private void drain(AdminRequest request) {
    existing(request);
    body(request, JSON, text -> {
      Optional<Duration> deadline =
          text.isBlank() ? Optional.empty() : read(() -> RequestReader.drainDeadline(BODY, text));
      ServerStatus server = existing(request);
      edit(
          request,
          new ServerEdit.Drain(server.id(), deadline.orElse(null)),
          ifMatch(request, server),
          202);
    });
  }

  private void endDrain(AdminRequest request) {
    ServerStatus server = existing(request);
    if (server.drain() == null) {
      throw new ProblemException(404, "server " + server.id() + " is not drained");
    }
    edit(request, new ServerEdit.EndDrain(server.id()), ifMatch(request, server), 200);
  }

  private void forgetAll(AdminRequest request) {
    LblcService service = ServicesApi.named(lblc, request);
    QueryParameters query = request.query();
    query.requireOnly(Set.of("prefix"));
    String prefix = query.text("prefix");
    if (query.has("prefix") && prefix == null) {
      throw new ProblemException(
          400,
          "prefix: empty (expected: what destinations begin with; without prefix all are meant)");
    }
    if (String.valueOf(request.http().path()).endsWith("/")) {
      throw new ProblemException(
          400, "the path ends with / (expected: a destination after it, or no / to mean all)");
    }
    Future<Integer> forgotten = service.forgetAll(prefix == null ? "" : prefix);
    whenDone(
        request,
        forgotten,
        null,
        count -> Responses.json(request.response(), new JsonObject().put("removed", count)));
  }

  private void forget(AdminRequest request) {
    LblcService service = ServicesApi.named(lblc, request);
    request.query().requireOnly(Set.of());
    Future<Boolean> forgotten = service.forget(request.parameter("destination"));
    whenDone(request, forgotten, null, was -> {
      if (!was) {
        throw ServicesApi.noDestination();
      }
      Responses.nothing(request.response());
    });
  }

  private void edit(AdminRequest request, ServerEdit edit, @Nullable String version, int status) {
    LblcService service = ServicesApi.named(lblc, request);
    whenDone(
        request,
        service.edit(edit, version),
        version,
        done -> show(request, status, required(service, edit.id())));
  }

  private void body(AdminRequest request, List<String> types, Consumer<String> receiver) {
    RequestBody.read(vertx, request.http(), types, bodyMillis, receiver);
  }

  /** Reads what a body says; its faults are a problem. */
  private static <T> T read(Reading<T> reading) {
    try {
      return reading.read();
    } catch (ConfigException e) {
      boolean isNoJson = RequestReader.isNoJson(e.errors());
      throw new ProblemException(
          isNoJson ? 400 : 422, "the body has faults: see errors", e.errors());
    }
  }

  /** A reader of a body. */
  private interface Reading<T> {
    T read() throws ConfigException;
  }

  private <T extends @Nullable Object> void whenDone(
      AdminRequest request, Future<T> outcome, @Nullable String version, Consumer<T> answer) {
    outcome.onComplete(done -> Answering.step(request.http(), () -> {
      if (done.failed()) {
        throw problem(done.cause(), version);
      }
      answer.accept(done.result());
    }));
  }

  private static RuntimeException problem(Throwable failure, @Nullable String version) {
    String message = String.valueOf(failure.getMessage());
    if (failure instanceof ProblemException problem) {
      return problem;
    }
    if (failure instanceof EditConflictException) {
      return new ProblemException(version == null ? 409 : 412, message);
    }
    if (failure instanceof IllegalArgumentException) {
      return new ProblemException(422, message);
    }
    return failure instanceof IllegalStateException
        ? new ProblemException(504, message)
        : new IllegalStateException("an edit failed", failure);
  }

  private static boolean isRefused(Throwable failure) {
    return failure instanceof IllegalArgumentException
        && !(failure instanceof EditConflictException);
  }

  /**
   * Returns the version that the request insists on; null: none.
   *
   * @param server as it is; null: there is none
   */
  private static @Nullable String ifMatch(AdminRequest request, @Nullable ServerStatus server) {
    List<String> conditions = request.http().headers().getAll(HttpHeaders.IF_MATCH);
    if (conditions.isEmpty()) {
      return null;
    }
    for (String tag : String.join(",", conditions).split(",", -1)) {
      if (server != null && (tag.strip().equals("*") || tag.strip().equals(tag(server)))) {
        return server.version();
      }
    }
    if (server != null) {
      request.response().putHeader(HttpHeaders.ETAG, tag(server));
    }
    throw new ProblemException(
        412,
        "If-Match: " + String.join(", ", conditions) + " (expected: "
            + (server == null ? "none: there is no such server" : tag(server)) + ")");
  }

  private static String tag(ServerStatus server) {
    return '"' + server.version() + '"';
  }

  private static void show(AdminRequest request, int status, ServerStatus server) {
    request.response().putHeader(HttpHeaders.ETAG, tag(server));
    Responses.json(request.response(), status, server.toJson());
  }

  private ServerStatus existing(AdminRequest request) {
    return required(ServicesApi.named(lblc, request), request.parameter("server"));
  }

  private static ServerStatus required(LblcService service, String id) {
    ServerStatus server = find(service, id);
    if (server == null) {
      throw new ProblemException(404, "service " + service.name() + " has no server " + id);
    }
    return server;
  }

  private static @Nullable ServerStatus find(LblcService service, String id) {
    return service.status().servers().stream()
        .filter(server -> server.id().equals(id))
        .findFirst()
        .orElse(null);
  }

  private static String location(LblcService service, String id) {
    return ServicesApi.SERVICES + "/" + PathPattern.encoded(service.name()) + "/servers/"
        + PathPattern.encoded(id);
  }
}
