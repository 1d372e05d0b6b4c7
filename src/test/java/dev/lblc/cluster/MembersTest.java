package dev.lblc.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.cluster.Address;
import com.hazelcast.cluster.Cluster;
import com.hazelcast.cluster.Member;
import com.hazelcast.core.HazelcastInstance;
import java.lang.reflect.Proxy;
import java.net.UnknownHostException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class MembersTest {
  private static final String LITE = "lite";

  @Test
  void nodes_haveTheOperatorsNameOrHostAndPort_andMembersWithoutVertxAreNone() {
    Set<Member> all = new LinkedHashSet<>();
    all.add(member(5701, Map.of(Members.NODE_ID, "a", Members.HOST, "gw-1")));
    all.add(member(5702, Map.of()));
    all.add(member(5703, Map.of(LITE, "")));
    all.add(member(5704, Map.of(Members.NODE_ID, "b", Members.NAME, "west", Members.HOST, "gw-2")));
    all.add(member(5705, Map.of(Members.NODE_ID, "c")));
    Cluster cluster = answering(Cluster.class, Map.of("getMembers", all));
    Members members =
        new Members(answering(HazelcastInstance.class, Map.of("getCluster", cluster)), "a");

    List<NodeStatus> nodes = members.nodes(new PeerCounts(Map::of), 7, 0);

    assertThat(nodes)
        .map(node -> node.id() + " " + node.name() + " " + node.self())
        .containsExactly("a gw-1:5701 true", "b west false", "c 127.0.0.1:5705 false");
    assertThat(members.others()).containsExactly("b", "c");
    assertThat(members.dataMembers())
        .map(Members::address)
        .as("what owns a part of the maps")
        .containsExactly("127.0.0.1:5702");
  }

  private static Member member(int port, Map<String, String> attributes) {
    return (Member) Proxy.newProxyInstance(
        Member.class.getClassLoader(),
        new Class<?>[] {Member.class},
        (proxy, method, args) -> switch (method.getName()) {
          case "getAttribute" -> attributes.get(args[0]);
          case "getAddress" -> address(port);
          case "isLiteMember" -> attributes.containsKey(LITE);
          case "hashCode" -> port;
          case "equals" -> proxy == args[0];
          default -> throw new UnsupportedOperationException(method.getName());
        });
  }

  private static Address address(int port) {
    try {
      return new Address("127.0.0.1", port);
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }

  private static <T> T answering(Class<T> type, Map<String, Object> answers) {
    return type.cast(Proxy.newProxyInstance(
        type.getClassLoader(),
        new Class<?>[] {type},
        (proxy, method, args) -> answers.get(method.getName())));
  }
}
