package dev.lblc.plugin;

import dev.lblc.scheduler.Server;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The services as other languages see them: JSON over the event bus, described in {@code event-bus.asyncapi.json}.
 *
 * <pre>
 * NAME.SERVICE.acquire   {"destination", "except"}  -&gt; {"lease", "server": {"id", "host", "port"}, "reason"}
 * NAME.SERVICE.release   {"lease"}
 * NAME.SERVICE.renew     {"lease"}                  -&gt; {"lease"}
 * NAME.SERVICE.status                               -&gt; the service
 * </pre>
 *
 * NAME is the deployment's, {@code lblc} unless it has another. A lease is held by the node that its id names; every
 * other node passes messages about it on, to addresses that no service has: {@code NAME/node/ID/renew}. A message that
 * cannot be answered fails with 400, 404, 500, 503 or 504.
 *
 * <p>One for each instance of the verticle, on whose context messages are handled.
 */
final class EventBusApi {
  private static final int BAD_REQUEST = 400;
  private static final int NOT_FOUND = 404;
  private static final int FAILED = 500;
  private static final int NO_SERVER = 503;
  private static final int NO_ANSWER = 504;
  private static final int LONGEST_LEASE_ID = 256;
  private static final Set<String> ACQUIRE = Set.of("destination", "except");
  private static final System.Logger LOG = System.getLogger(EventBusApi.class.getName());

  private final EventBus eventBus;
  private final Deployment deployment;
  private final RemoteLeases leases;
  private final List<MessageConsumer<Object>> consumers = new ArrayList<>();

  private EventBusApi(Vertx vertx, Deployment deployment) {
    this.eventBus = vertx.eventBus();
    this.deployment = deployment;
    this.leases = deployment.leases();
  }

  /** Listens; complete once all nodes know. */
  static Future<EventBusApi> start(Vertx vertx, Deployment deployment) {
    EventBusApi api = new EventBusApi(vertx, deployment);
    return api.listen().map(api);
  }

  /** Listens no more. */
  Future<Void> stop() {
    return Future.all(consumers.stream().map(MessageConsumer::unregister).toList())
        .mapEmpty();
  }

  private Future<Void> listen() {
    deployment.services().values().forEach(service -> {
      String prefix = deployment.name() + "." + service.name() + ".";
      on(prefix + "acquire", message -> acquire(service, message));
      on(prefix + "release", message -> about(lease(message), "release", message));
      on(prefix + "renew", message -> about(lease(message), "renew", message));
      on(prefix + "status", message -> message.reply(service.status().toJson()));
    });
    on(nodeAddress(leases.node(), "release"), message -> here(lease(message), "release", message));
    on(nodeAddress(leases.node(), "renew"), message -> here(lease(message), "renew", message));
    return Future.all(consumers.stream().map(MessageConsumer::completion).toList())
        .mapEmpty();
  }

  private void on(String address, Consumer<Message<Object>> handler) {
    consumers.add(eventBus.consumer(address, message -> {
      try {
        handler.accept(message);
      } catch (IllegalArgumentException e) {
        message.fail(BAD_REQUEST, e.getMessage());
      } catch (RuntimeException e) {
        LOG.log(Level.ERROR, "a message to " + address + " could not be answered", e);
        message.fail(FAILED, e.toString());
      }
    }));
  }

  private void acquire(ScheduledService service, Message<Object> message) {
    if (message.replyAddress() == null) {
      LOG.log(
          Level.WARNING,
          "a message to " + message.address()
              + " asks for no reply (expected: a request); nobody could hold its lease");
      return;
    }
    JsonObject body = message.body() == null ? new JsonObject() : object(message);
    for (String key : body.fieldNames()) {
      if (!ACQUIRE.contains(key)) {
        throw unexpected(
            key, body.getValue(key), "no such key; those there are: destination, except");
      }
    }
    Object destination = body.getValue("destination");
    if (destination != null && !(destination instanceof String)) {
      throw unexpected("destination", destination, "a string or null");
    }
    if (leases.isFull()) {
      message.fail(NO_SERVER, "too many leases are held by this node (" + RemoteLeases.MOST + ")");
      return;
    }
    Lease lease;
    try {
      lease = service.acquire((String) destination, except(body.getValue("except")));
    } catch (NoServerException e) {
      message.fail(NO_SERVER, e.getMessage());
      return;
    }
    Server server = lease.server();
    message.reply(new JsonObject()
        .put("lease", leases.hold(lease, service.leaseTimeout()))
        .put(
            "server",
            new JsonObject()
                .put("id", server.id())
                .put("host", server.host())
                .put("port", server.port()))
        .put("reason", lease.reason().label()));
  }

  /** By the node that holds it. */
  private void about(String lease, String what, Message<Object> message) {
    String node = RemoteLeases.nodeOf(lease);
    if (node.equals(leases.node())) {
      here(lease, what, message);
      return;
    }
    eventBus
        .request(nodeAddress(node, what), message.body())
        .onSuccess(reply -> message.reply(reply.body()))
        .onFailure(failure -> passOn(lease, failure, message));
  }

  private void here(String lease, String what, Message<Object> message) {
    boolean isHeld = what.equals("renew") ? leases.renew(lease) : leases.release(lease);
    if (isHeld) {
      message.reply(new JsonObject().put("lease", lease));
    } else {
      message.fail(NOT_FOUND, notHeld(lease));
    }
  }

  private static void passOn(String lease, Throwable failure, Message<Object> message) {
    ReplyFailure kind = failure instanceof ReplyException refused ? refused.failureType() : null;
    if (kind == ReplyFailure.RECIPIENT_FAILURE && failure instanceof ReplyException refused) {
      message.fail(refused.failureCode(), refused.getMessage());
    } else if (kind == ReplyFailure.NO_HANDLERS) {
      message.fail(NOT_FOUND, notHeld(lease) + ", or its node is gone");
    } else {
      message.fail(NO_ANSWER, "the node of lease " + lease + " does not answer: " + failure);
    }
  }

  private static String notHeld(String lease) {
    return "lease " + lease + " is not held: it was released, or not renewed in time";
  }

  private String nodeAddress(String node, String what) {
    return deployment.name() + "/node/" + node + "/" + what;
  }

  private static String lease(Message<Object> message) {
    Object lease = object(message).getValue("lease");
    if (lease instanceof String id && id.length() > LONGEST_LEASE_ID) {
      throw unexpected(
          "lease", id.substring(0, LONGEST_LEASE_ID) + "...", "the lease that acquire answered");
    }
    if (!(lease instanceof String id) || id.isEmpty()) {
      throw unexpected("lease", lease, "the lease that acquire answered");
    }
    return id;
  }

  private static JsonObject object(Message<Object> message) {
    if (message.body() instanceof JsonObject body) {
      return body;
    }
    throw unexpected("the message's body", message.body(), "a JSON object");
  }

  private static Set<String> except(@Nullable Object value) {
    if (value == null) {
      return Set.of();
    }
    if (!(value instanceof JsonArray ids) || !ids.stream().allMatch(id -> id instanceof String)) {
      throw unexpected("except", value, "an array of server ids");
    }
    Set<String> except = new HashSet<>();
    ids.forEach(id -> except.add((String) id));
    return except;
  }

  private static IllegalArgumentException unexpected(
      String what, @Nullable Object found, String expected) {
    return new IllegalArgumentException(what + ": " + found + " (expected: " + expected + ")");
  }
}
