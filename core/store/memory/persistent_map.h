#pragma once

#include <cstdint>
#include <memory>
#include <utility>

namespace spot::core {

// A sorted map that is a value: a copy costs one pointer, and a change leaves copies as they are.
// Thereby a snapshot, a savepoint and a transaction's own state are each no more than a copy.
//
// A treap: a search tree by key that is a heap by priorities drawn at insertion, so its depth is
// logarithmic. A change makes the nodes on the way to the root anew. Copies may be used by
// different threads.
template <class Key, class Value>
class PersistentMap {
public:
    // The pointer lasts until this map changes. Null: it is not there.
    const Value* find(const Key& key) const {
        const Node* at = root_.get();
        while (at) {
            if (key < at->item->first)
                at = at->left.get();
            else if (at->item->first < key)
                at = at->right.get();
            else
                return &at->item->second;
        }
        return nullptr;
    }
    bool contains(const Key& key) const { return find(key) != nullptr; }

    // False: it is there, and stays as it was.
    bool insert(const Key& key, Value value) {
        if (contains(key)) return false;
        put(key, std::move(value));
        return true;
    }
    void put(const Key& key, Value value) {
        root_ = with(root_, std::make_shared<const Item>(key, std::move(value)), draw());
    }
    // False: it was not there.
    bool erase(const Key& key) {
        if (!contains(key)) return false;
        root_ = without(root_, key);
        return true;
    }

    // Calls `use(key, value)`, in order, for the rows from `first` on, until it returns false. Goes
    // through the rows as they were when it was called.
    template <class Use>
    void from(const Key& first, const Use& use) const {
        const Link start = root_;
        (void)visit(start.get(), &first, use);
    }
    template <class Use>
    void all(const Use& use) const {
        const Link start = root_;
        (void)visit(start.get(), nullptr, use);
    }

    // The last key that is not after `limit`. Null: there is none.
    const Key* last_until(const Key& limit) const {
        const Key* out = nullptr;
        for (const Node* at = root_.get(); at;) {
            if (limit < at->item->first) {
                at = at->left.get();
            } else {
                out = &at->item->first;
                at = at->right.get();
            }
        }
        return out;
    }

    // One is a copy of the other, and neither has changed since.
    bool same_as(const PersistentMap& other) const { return root_ == other.root_; }

private:
    using Item = std::pair<const Key, Value>;
    struct Node;
    using Link = std::shared_ptr<const Node>;
    struct Node {
        std::shared_ptr<const Item> item;  // shared, as a node is made anew without its row
        std::uint64_t priority;
        Link left, right;
    };

    static Link make(std::shared_ptr<const Item> item, std::uint64_t priority, Link left,
                     Link right) {
        return std::make_shared<const Node>(
            Node{std::move(item), priority, std::move(left), std::move(right)});
    }
    static Link with(const Link& at, std::shared_ptr<const Item> item, std::uint64_t priority) {
        if (!at) return make(std::move(item), priority, {}, {});
        if (item->first < at->item->first) {
            const Link left = with(at->left, std::move(item), priority);
            if (left->priority <= at->priority)
                return make(at->item, at->priority, left, at->right);
            return make(left->item, left->priority, left->left,
                        make(at->item, at->priority, left->right, at->right));
        }
        if (at->item->first < item->first) {
            const Link right = with(at->right, std::move(item), priority);
            if (right->priority <= at->priority)
                return make(at->item, at->priority, at->left, right);
            return make(right->item, right->priority,
                        make(at->item, at->priority, at->left, right->left), right->right);
        }
        return make(std::move(item), at->priority, at->left, at->right);
    }
    // `key` is there.
    static Link without(const Link& at, const Key& key) {
        if (key < at->item->first)
            return make(at->item, at->priority, without(at->left, key), at->right);
        if (at->item->first < key)
            return make(at->item, at->priority, at->left, without(at->right, key));
        return merged(at->left, at->right);
    }
    static Link merged(const Link& left, const Link& right) {
        if (!left) return right;
        if (!right) return left;
        if (left->priority > right->priority)
            return make(left->item, left->priority, left->left, merged(left->right, right));
        return make(right->item, right->priority, merged(left, right->left), right->right);
    }
    template <class Use>
    static bool visit(const Node* at, const Key* first, const Use& use) {
        if (!at) return true;
        const bool wanted = !first || !(at->item->first < *first);
        if (wanted && !visit(at->left.get(), first, use)) return false;
        if (wanted && !use(at->item->first, at->item->second)) return false;
        return visit(at->right.get(), first, use);
    }
    // splitmix64: the same tree in every run.
    std::uint64_t draw() {
        std::uint64_t x = drawn_ += 0x9E3779B97F4A7C15u;
        x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
        x = (x ^ x >> 27) * 0x94D049BB133111EBu;
        return x ^ x >> 31;
    }

    Link root_;
    std::uint64_t drawn_ = 0;
};

}  // namespace spot::core
